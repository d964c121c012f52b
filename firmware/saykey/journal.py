"""What is worth a line in the log. Never what was spoken, at any level."""

from saykey import events as ev
from saykey import requests as rq
from saykey.flow import inserted


def line(event: ev.Event) -> str | None:  # noqa: PLR0912  a row of events
    """The line for an event, None for one that happens all the time."""
    match event:
        case ev.ModelReady(name):
            return f"model {name} is ready"
        case ev.ModelFailed(name, reason, kept):
            stays = f" ({kept} stays)" if kept else ""
            return f"model {name} cannot be used{stays}: {reason}"
        case ev.ModelLost(reason):
            return f"the recognizer is started again: {reason}"
        case ev.RecognitionFailed(phrase, _, reason):
            return f"phrase {phrase.dictation}.{phrase.number} not recognised: {reason}"
        case ev.MicrophoneReady():
            return "the microphone is ready"
        case ev.MicrophoneFailed(reason):
            return f"no microphone: {reason}"
        case ev.PartMissing(part, reason):
            return f"{part} is missing: {reason}"
        case ev.PartFound(part):
            return f"{part} is found"
        case ev.LinkChanged(host, link):
            return f"host {host} is {link.value}"
        case ev.CaptureDrained(dictation, lost) if lost:
            return f"dictation {dictation}: {lost} samples were lost by the sound card"
        case ev.TypingStopped(reports=reports, rest=rest, doubtful=doubtful):
            left = len(inserted(doubtful + rest))
            return f"typing stopped after {reports} reports, {left} characters left"
        case ev.TypingFinished(substitutions=replaced) if replaced:
            return f"{len(replaced)} characters were replaced: the layout lacks them"
        case rq.ShutdownWanted():
            return "shutting down"
        case _:
            return None
