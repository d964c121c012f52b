"""Log lines for events. They never contain spoken text, at any level."""

from saykey import events as ev
from saykey import requests as rq
from saykey.flow import inserted


def line(event: ev.Event) -> str | None:  # noqa: PLR0912  one case per event
    """The log line for an event, or None for an event that is not logged."""
    match event:
        case ev.ModelReady(name):
            return f"model {name} is ready"
        case ev.ModelFailed(name, reason, kept):
            stays = f" ({kept} stays)" if kept else ""
            return f"model {name} cannot be used{stays}: {reason}"
        case ev.ModelLost(reason):
            return f"the recognizer is being restarted: {reason}"
        case ev.RecognitionFailed(phrase, _, reason):
            return f"phrase {phrase.dictation}.{phrase.number} not recognised: {reason}"
        case ev.MicrophoneReady():
            return "the microphone is ready"
        case ev.MicrophoneFailed(reason):
            return f"no microphone: {reason}"
        case ev.PartMissing(part, reason):
            return f"{part} is missing: {reason}"
        case ev.PartFound(part):
            return f"{part} works now"
        case ev.LinkChanged(host, link):
            return f"host {host} is {link.value}"
        case rq.DictationStarted(borrower=borrower) if borrower is not None:
            return "a client of the control socket asks for the microphone"
        case ev.CaptureDrained(dictation, lost) if lost:
            return f"dictation {dictation}: the sound card lost {lost} samples"
        case ev.TypingStopped(reports=reports, rest=rest, doubtful=doubtful):
            left = len(inserted(doubtful + rest))
            return f"typing stopped after {reports} reports, {left} characters left"
        case ev.TypingFinished(substitutions=replaced) if replaced:
            return f"{len(replaced)} characters were replaced: the layout lacks them"
        case rq.ShutdownWanted():
            return "shutting down"
        case _:
            return None
