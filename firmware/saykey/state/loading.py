"""Pure state of the one model the recognizer has: loading, ready or failed.

A model that fails leaves the one before in use where the recognizer has kept it. One that breaks
the worker again and again, that is too slow for the machine, or that cannot be loaded with nothing
kept gives way to the next smaller one the device has. Either way a notice says so, and stands
until the user wants a model again.
"""

from dataclasses import dataclass, replace
from enum import Enum

from saykey.effects import Effect, LoadModel

TROUBLES = 3
"""Deaths of the worker, or slow phrases, in a row after which a model is too much."""

SLOW_MS = 4_000.0
SLOW_SHARE = 1.5
"""A phrase is slow that takes longer than SLOW_MS and SLOW_SHARE of its own length together."""


class Loading(Enum):
    """Whether the worker can recognise."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


MODEL = {
    (Loading.LOADING, "ready"): Loading.READY,
    (Loading.LOADING, "failed"): Loading.FAILED,
    (Loading.LOADING, "failed, another kept"): Loading.READY,
    (Loading.LOADING, "failed, a smaller one there"): Loading.LOADING,
    (Loading.FAILED, "ready"): Loading.READY,  # its worker was replaced after all
    (Loading.READY, "lost"): Loading.LOADING,
    (Loading.READY, "wanted"): Loading.LOADING,
    (Loading.FAILED, "wanted"): Loading.LOADING,
}


@dataclass(frozen=True, slots=True)
class Model:
    """``name`` is loaded or being loaded, ``wanted`` is for the next dictation.

    ``reason``: why it failed. ``notice``: why it is not the one the user wanted; ``noticed`` once
    a dictation began after that. ``known`` are the models the device could fall back to, by the
    memory they need, the smallest first. ``deaths`` and ``slow`` count troubles in a row.
    """

    name: str
    wanted: str
    loading: Loading = Loading.LOADING
    reason: str = ""
    notice: str = ""
    noticed: bool = True
    known: tuple[str, ...] = ()
    deaths: int = 0
    slow: int = 0

    @property
    def loaded(self) -> str | None:
        """The model that can recognise now."""
        return self.name if self.loading is Loading.READY else None

    @property
    def smaller(self) -> str | None:
        """The next smaller model there is; None for one that is not known itself."""
        at = self.known.index(self.name) if self.name in self.known else 0
        return self.known[at - 1] if at else None


def wanted(model: Model, name: str) -> Model:
    """The user wants this model from the next dictation on, whatever happened before."""
    return replace(model, wanted=name, notice="", noticed=True, deaths=0, slow=0)


def noticed(model: Model) -> Model:
    """A dictation begins: who presses has seen the display."""
    return replace(model, noticed=True)


def ready(model: Model, name: str) -> Model:
    """The worker has loaded a model; another one than expected is an answer too late."""
    if name != model.name:
        return model
    return replace(model, loading=MODEL.get((model.loading, "ready"), model.loading), reason="")


def failed(
    model: Model, name: str, reason: str, kept: str | None = None
) -> tuple[Model, tuple[Effect, ...]]:
    """The model cannot be used; ``kept`` is one that still can, if there is one."""
    if name != model.name or (model.loading, "failed") not in MODEL:
        return model, ()
    if kept is not None:
        notice = f"{name} cannot be used, {kept} stays: {reason}"
        loading = MODEL[model.loading, "failed, another kept"]
        return _instead(model, kept, notice, loading), ()
    if model.smaller is not None:
        notice = f"{name} cannot be used, {model.smaller} is: {reason}"
        loading = MODEL[model.loading, "failed, a smaller one there"]
        return _instead(model, model.smaller, notice, loading), (LoadModel(model.smaller),)
    return replace(model, loading=MODEL[model.loading, "failed"], reason=reason), ()


def lost(model: Model) -> tuple[Model, tuple[Effect, ...]]:
    """The worker is gone: have it load the same model again, or a smaller one at last."""
    if (model.loading, "lost") not in MODEL:
        return model, ()
    model = replace(model, deaths=model.deaths + 1 if model.smaller else 0)
    if model.deaths < TROUBLES or model.smaller is None:
        return _cue(model, "lost", model.name)
    notice = f"{model.name} broke {TROUBLES} times, {model.smaller} is used; {_again(model)}"
    loading = MODEL[model.loading, "lost"]
    return _instead(model, model.smaller, notice, loading), (LoadModel(model.smaller),)


def heard(model: Model, took_ms: float, seconds: float) -> Model:
    """A phrase of so many seconds became text in so many milliseconds."""
    if model.smaller is None:
        return model
    slow = model.slow + 1 if took_ms > SLOW_MS + SLOW_SHARE * 1000 * seconds else 0
    if slow < TROUBLES or model.wanted != model.name:
        return replace(model, deaths=0, slow=slow)
    notice = f"{model.name} is too slow here, {model.smaller} is used; {_again(model)}"
    return replace(model, wanted=model.smaller, notice=notice, noticed=False, deaths=0, slow=0)


def want(model: Model, name: str) -> tuple[Model, tuple[Effect, ...]]:
    """Have the worker load this model now, unless it has it or is about to."""
    if name == model.name and model.loading is not Loading.FAILED:
        return model, ()
    return _cue(model, "wanted", name)


def _cue(model: Model, cue: str, name: str) -> tuple[Model, tuple[Effect, ...]]:
    if (model.loading, cue) not in MODEL:
        return model, ()
    loading = MODEL[model.loading, cue]
    return replace(model, name=name, loading=loading, reason=""), (LoadModel(name),)


def _instead(model: Model, name: str, notice: str, loading: Loading) -> Model:
    """Use another model, also from now on unless the user wanted yet another meanwhile."""
    return replace(
        model,
        name=name,
        wanted=name if model.wanted == model.name else model.wanted,
        loading=loading,
        reason="",
        notice=notice,
        noticed=False,
        deaths=0,
        slow=0,
    )


def _again(model: Model) -> str:
    return f"`saykey model use {model.name}` tries it again"
