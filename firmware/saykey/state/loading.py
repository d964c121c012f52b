"""Pure state of the one model the recognizer has: loading, ready or failed."""

from dataclasses import dataclass, replace
from enum import Enum

from saykey.effects import Effect, LoadModel


class Loading(Enum):
    """Whether the worker can recognise."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


MODEL = {
    (Loading.LOADING, "ready"): Loading.READY,
    (Loading.LOADING, "failed"): Loading.FAILED,
    (Loading.FAILED, "ready"): Loading.READY,  # its worker was replaced after all
    (Loading.READY, "lost"): Loading.LOADING,
    (Loading.READY, "wanted"): Loading.LOADING,
    (Loading.FAILED, "wanted"): Loading.LOADING,
}


@dataclass(frozen=True, slots=True)
class Model:
    """``name`` is loaded or being loaded, ``wanted`` is for the next dictation."""

    name: str
    wanted: str
    loading: Loading = Loading.LOADING
    reason: str = ""

    @property
    def loaded(self) -> str | None:
        """The model that can recognise now."""
        return self.name if self.loading is Loading.READY else None


def ready(model: Model, name: str) -> Model:
    """The worker has loaded a model; another one than expected is an answer too late."""
    if name != model.name:
        return model
    return replace(model, loading=MODEL.get((model.loading, "ready"), model.loading), reason="")


def failed(model: Model, name: str, reason: str) -> Model:
    """The model cannot be used."""
    if name != model.name:
        return model
    loading = MODEL.get((model.loading, "failed"), model.loading)
    return replace(model, loading=loading, reason=reason)


def lost(model: Model) -> tuple[Model, tuple[Effect, ...]]:
    """The worker is gone: have it load the same model again."""
    return _cue(model, "lost", model.name)


def want(model: Model, name: str) -> tuple[Model, tuple[Effect, ...]]:
    """Have the worker load this model now, unless it has it or is about to."""
    if name == model.name and model.loading is not Loading.FAILED:
        return model, ()
    return _cue(model, "wanted", name)


def _cue(model: Model, cue: str, name: str) -> tuple[Model, tuple[Effect, ...]]:
    if (model.loading, cue) not in MODEL:
        return model, ()
    return replace(model, name=name, loading=MODEL[model.loading, cue]), (LoadModel(name),)
