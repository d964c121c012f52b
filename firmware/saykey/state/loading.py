"""The state machine of the recognizer's model: loading, ready or failed. Pure.

If a model cannot be loaded, the previous one stays in use where the recognizer kept it. The next
smaller model on the device is used instead if a model breaks the worker repeatedly, if it is too
slow for the machine, or if it cannot be loaded and no other was kept. In each case a notice says so
until the user chooses a model again.
"""

from dataclasses import dataclass, replace
from enum import Enum

from saykey.effects import Effect, LoadModel

TROUBLES = 3
"""After so many deaths of the worker, or slow phrases, in a row a smaller model is used."""

SLOW_MS = 4_000.0
SLOW_SHARE = 1.5
"""A phrase is slow if it takes longer than SLOW_MS plus SLOW_SHARE times its own length."""


class Loading(Enum):
    """Whether the worker can recognise with the model."""

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
    """The model ``name`` is loaded or being loaded. ``wanted`` is for the next dictation.

    ``reason`` says why it failed. ``notice`` says why it is not the model that the user chose;
    ``noticed``: a dictation began since then. ``known`` are the models that the device can fall
    back to, sorted by memory, the smallest first. ``deaths`` counts deaths of the worker in a row,
    and ``slow`` slow phrases in a row.
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
        """The model that can recognise now, or None."""
        return self.name if self.loading is Loading.READY else None

    @property
    def smaller(self) -> str | None:
        """The next smaller known model. None if there is none, or if this model is not known."""
        at = self.known.index(self.name) if self.name in self.known else 0
        return self.known[at - 1] if at else None


def wanted(model: Model, name: str) -> Model:
    """Use this model from the next dictation on. Earlier failures are forgotten."""
    return replace(model, wanted=name, notice="", noticed=True, deaths=0, slow=0)


def noticed(model: Model) -> Model:
    """Note that a dictation begins: the user has then seen the notice on the display."""
    return replace(model, noticed=True)


def ready(model: Model, name: str) -> Model:
    """Note that the worker has loaded a model. A late report of another model changes nothing."""
    if name != model.name:
        return model
    return replace(model, loading=MODEL.get((model.loading, "ready"), model.loading), reason="")


def failed(
    model: Model, name: str, reason: str, kept: str | None = None
) -> tuple[Model, tuple[Effect, ...]]:
    """Note that the model cannot be used. ``kept`` is another that still can, or None."""
    if name != model.name or (model.loading, "failed") not in MODEL:
        return model, ()
    if kept is not None:
        notice = f"{name} cannot be used, {kept} stays: {reason}"
        loading = MODEL[model.loading, "failed, another kept"]
        return _instead(model, kept, notice, loading), ()
    if model.smaller is not None:
        notice = f"{name} cannot be used, {model.smaller} is used: {reason}"
        loading = MODEL[model.loading, "failed, a smaller one there"]
        return _instead(model, model.smaller, notice, loading), (LoadModel(model.smaller),)
    return replace(model, loading=MODEL[model.loading, "failed"], reason=reason), ()


def lost(model: Model) -> tuple[Model, tuple[Effect, ...]]:
    """Note that the worker died. Load the same model again, or a smaller one after TROUBLES."""
    if (model.loading, "lost") not in MODEL:
        return model, ()
    model = replace(model, deaths=model.deaths + 1 if model.smaller else 0)
    if model.deaths < TROUBLES or model.smaller is None:
        return _cue(model, "lost", model.name)
    notice = f"{model.name} broke {TROUBLES} times, {model.smaller} is used; {_again(model)}"
    loading = MODEL[model.loading, "lost"]
    return _instead(model, model.smaller, notice, loading), (LoadModel(model.smaller),)


def heard(model: Model, took_ms: float, seconds: float) -> Model:
    """Note that the recognition of a phrase of ``seconds`` took ``took_ms``."""
    if model.smaller is None:
        return model
    slow = model.slow + 1 if took_ms > SLOW_MS + SLOW_SHARE * 1000 * seconds else 0
    if slow < TROUBLES or model.wanted != model.name:
        return replace(model, deaths=0, slow=slow)
    notice = f"{model.name} is too slow here, {model.smaller} is used; {_again(model)}"
    return replace(model, wanted=model.smaller, notice=notice, noticed=False, deaths=0, slow=0)


def want(model: Model, name: str) -> tuple[Model, tuple[Effect, ...]]:
    """Load this model now, unless it is loaded or being loaded."""
    if name == model.name and model.loading is not Loading.FAILED:
        return model, ()
    return _cue(model, "wanted", name)


def _cue(model: Model, cue: str, name: str) -> tuple[Model, tuple[Effect, ...]]:
    if (model.loading, cue) not in MODEL:
        return model, ()
    loading = MODEL[model.loading, cue]
    return replace(model, name=name, loading=loading, reason=""), (LoadModel(name),)


def _instead(model: Model, name: str, notice: str, loading: Loading) -> Model:
    """Use another model. Later dictations use it too, unless the user has chosen a third one."""
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
