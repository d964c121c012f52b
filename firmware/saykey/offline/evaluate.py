"""Has the offline device hear a dataset, once with each model and each set of settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from saykey.audio.files import read_pcm16
from saykey.errors import AudioError, SaykeyError
from saykey.measure.datasets.item import DatasetError, Item, LeftOut
from saykey.measure.evaluation import Evaluation, Heard, Run
from saykey.measure.memory import memory_mb
from saykey.measure.parameters import parameters_of
from saykey.offline.device import OfflineDevice, offline_device
from saykey.offline.release import released
from saykey.ports import Clock, Recognizer
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.schema import Settings
from saykey.speech.detector import WebRtcDetector


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a run, and those of them that are not the usual ones."""

    settings: Settings
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Engine:
    """A recognizer, and the peak of its memory in MB; None if that is unknown."""

    recognizer: Recognizer
    memory_mb: Callable[[], float | None] = lambda: None


def worker_engine(settings: Settings, clock: Clock) -> Engine:
    """The engine of the device: a worker process."""
    recognizer = WorkerRecognizer(settings.recognizer, clock)

    def memory() -> float | None:
        pid = recognizer.worker_pid
        return None if pid is None else memory_mb(pid, "VmHWM")

    return Engine(recognizer, memory)


class Evaluator:
    """Hears the dataset run by run. ``evaluation`` has the results so far, also after an error.

    ``release_s``: release so many seconds after the last voiced frame; None: at the end of each
    recording. ``done`` is called with the name of the run after each recording.
    """

    def __init__(
        self,
        evaluation: Evaluation,
        release_s: float | None,
        clock: Clock,
        engine: Callable[[Settings, Clock], Engine] = worker_engine,
        done: Callable[[str], None] = lambda _run: None,
    ) -> None:
        self.evaluation = evaluation
        self._release_s = release_s
        self._clock = clock
        self._engine = engine
        self._done = done

    async def run(self, plans: Sequence[Plan]) -> None:
        """Hear all recordings with each plan. A run that ends early does not end the others.

        Raises DatasetError if no recording can be read.
        """
        for plan in plans:
            model = plan.settings.recognizer.model
            run = Run(model, plan.changes, parameters=parameters_of(model))
            others = self.evaluation.runs
            self.evaluation = replace(self.evaluation, runs=(*others, run))
            engine = self._engine(plan.settings, self._clock)
            try:
                await self._hear(plan, engine)
            except DatasetError:
                raise
            except SaykeyError as error:
                self._note(trouble=str(error))
            finally:
                await engine.recognizer.close()

    async def _hear(self, plan: Plan, engine: Engine) -> None:
        async with offline_device(plan.settings, engine.recognizer, self._clock) as device:
            for item in self.evaluation.dataset.items:
                if item.name in {each.name for each in self.evaluation.left_out}:
                    continue
                try:
                    heard = await self._heard(device, item, plan.settings)
                except AudioError as error:
                    self._leave_out(LeftOut(item.name, str(error)))
                    continue
                run = self.evaluation.runs[-1]
                peak = max(filter(None, (run.memory_mb, engine.memory_mb())), default=None)
                self._note(heard=(*run.heard, heard), memory_mb=peak)
                self._done(run.name)

    async def _heard(self, device: OfflineDevice, item: Item, settings: Settings) -> Heard:
        pcm16 = read_pcm16(item.audio)
        if self._release_s is not None:
            detector = WebRtcDetector(settings.speech.aggressiveness)
            pcm16 = released(pcm16, self._release_s, detector)
        made = await device.dictate([pcm16])
        return Heard(
            name=item.name,
            said=item.text,
            typed=made.text,
            seconds=made.seconds,
            recognising_ms=made.recognising_ms,
            waited_ms=made.release_to_transcript_ms,
            failed=made.failed,
            held=made.held,
            dropped=made.dropped,
        )

    def _leave_out(self, item: LeftOut) -> None:
        self.evaluation = self.evaluation.without([item])
        if len(self.evaluation.left_out) == len(self.evaluation.dataset.items):
            raise DatasetError(f"no recording can be read; the first: {item.reason}")

    def _note(self, **changes: object) -> None:
        """Change the run in progress."""
        *others, run = self.evaluation.runs
        self.evaluation = replace(self.evaluation, runs=(*others, replace(run, **changes)))  # type: ignore[arg-type]
