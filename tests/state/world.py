"""A world around the device state: all that people, microphone, recognizer and hosts may do next.

The world keeps its own books. It learns of the device only through the effects, and answers them
as the real rooms may: in any order, or not at all where a thing can break. `moves` lists what can
happen next; `Broken` is raised when the device did what it must never do.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from saykey import effects as fx
from saykey import events as ev
from saykey.flow import Phrase, PhraseId, Stroke, Transcript, Verdict
from saykey.ports import Link
from saykey.state.device import Device
from saykey.state.pieces import ASKED_FOR

LETTERS = "ABC"
NOTHING = ev.SoundHeard(0.0)
"""What the device sees of a change in the world that no adapter has noticed yet."""


class Broken(AssertionError):
    """A rule of the house was broken."""


@dataclass(frozen=True, slots=True)
class Mic:
    """An open capture. ``phrase`` is spoken just now, as revision; ``mute``: pausing in it."""

    dictation: int
    state: str = "open"
    phrase: int = 0
    revision: int = 0
    mute: bool = False


@dataclass(frozen=True, slots=True)
class Machine:
    """A host. ``told`` lags behind ``link``: news still on their way. ``down``: a key is down.

    One that is ``asleep`` comes back when it was ``woken`` only.
    """

    name: str
    link: Link
    news: tuple[Link, ...] = ()
    told: Link = Link.UNKNOWN
    down: bool = False
    woken: bool = False
    screen: str = ""


@dataclass(frozen=True, slots=True)
class Typist:
    """A piece at work. ``hurt``: the link dropped since it began."""

    piece: int
    host: str
    text: str
    stopping: bool = False
    hurt: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """A phrase at the recognizer."""

    phrase: Phrase
    aborting: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """``luck``: how many more disturbances this life may see, so that the walk ends.

    ``before`` is the model that may stay in use if the one that is ``loading`` fails.
    """

    luck: int
    presses: int
    phrases: int
    machines: tuple[Machine, ...]
    loaded: str
    pressed: bool = False
    spoken: int = 0
    mics: tuple[Mic, ...] = ()
    fault: str = ""
    loading: str = ""
    before: str = ""
    work: Work | None = None
    typist: Typist | None = None
    final: tuple[tuple[PhraseId, int], ...] = ()
    heard: frozenset[tuple[PhraseId, int]] = frozenset()
    excused: frozenset[str] = frozenset()
    interrupted: frozenset[int] = frozenset()
    origin: tuple[tuple[str, int], ...] = ()
    hosts: tuple[str, ...] = ()
    asked: int = 0
    keys: int = 0
    latest: str = ""
    exited: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Something that may happen next. ``inner``: will happen by itself if nothing else does."""

    name: str
    world: World
    event: ev.Event
    inner: bool = True


def letter(world: World, phrase: PhraseId) -> str:
    """The letter that stands for what is said in a phrase."""
    return _mark(world, f"{phrase.dictation}.{phrase.number}")


def _mark(world: World, ident: str) -> str:
    return LETTERS[[known for known, _ in world.origin].index(ident)]


def moves(world: World, device: Device) -> Iterator[Move]:
    """Everything that may happen next; nothing does once the device has left."""
    if world.exited:
        return
    yield from _people(world, device)
    for mic in world.mics:
        yield from _speech(world, mic)
    if world.fault == "new":
        yield Move("microphone failed", replace(world, fault="told"), ev.MicrophoneFailed("gone"))
    elif world.fault:
        yield Move("microphone found", replace(world, fault=""), ev.MicrophoneReady())
    yield from _recognizer(world)
    yield from _typist(world)
    for machine in world.machines:
        yield from _machine(world, machine)


def _people(world: World, device: Device) -> Iterator[Move]:
    if device.closing:
        return
    spent = replace(world, luck=world.luck - 1)
    if world.pressed:
        yield Move("release", replace(world, pressed=False), ev.DictationEnded(0))
    elif world.presses:
        down = replace(world, pressed=True, presses=world.presses - 1)
        yield Move("press", down, ev.DictationStarted(0), inner=False)
    if not world.luck:
        return
    if device.hearing.dictations or device.delivery.typing:
        yield Move("cancel", _excuse_all(spent, device), ev.Cancelled(), inner=False)
    held = {h.name: h.held for h in device.delivery.hosts}[device.delivery.target]
    if held:
        asked = replace(spent, asked=world.asked + 1)
        yield Move("tap", asked, ev.HeldTextWanted(), inner=False)
        dropped = frozenset("".join(h.text for h in held)) & frozenset(LETTERS)
        forgotten = replace(spent, excused=world.excused | dropped)
        yield Move("drop held", forgotten, ev.HeldTextDropped(), inner=False)
    if device.hearing.unheard:
        yield Move("retry", spent, ev.RetryWanted(), inner=False)
    other = next(h.name for h in device.delivery.hosts if h.name != device.delivery.target)
    idle = world.typist is None and not device.delivery.queue
    able = idle and machine_of(world, device.delivery.target).told is Link.UP
    keys = replace(spent, keys=world.keys + able)
    yield Move("keys wanted", keys, ev.KeysWanted((Stroke(4),)), inner=False)
    yield Move("other host", spent, ev.HostWanted(other), inner=False)
    if world.presses:
        yield Move("other model", spent, ev.ModelWanted("large"), inner=False)
    unheard = {_mark(world, ident) for ident, _ in world.origin} - {
        letter(world, phrase) for phrase, r in world.final if (phrase, r) in world.heard
    }
    stopped = replace(spent, excused=world.excused | unheard)
    yield Move("shutdown", stopped, ev.ShutdownWanted(), inner=False)


def _excuse_all(world: World, device: Device) -> World:
    """After a cancel, what was in flight need not be typed; what was held must not be lost."""
    held = "".join(h.text for host in device.delivery.hosts for h in host.held)
    typing = device.delivery.typing
    pieces = [*device.delivery.queue, *([typing.piece] if typing else [])]
    held += "".join(p.text for p in pieces if p.dictation == ASKED_FOR)
    alive = {d.id for d in device.hearing.dictations} | {p.dictation for p in pieces}
    letters = {_mark(world, ident) for ident, dictation in world.origin if dictation in alive}
    return replace(world, excused=world.excused | (letters - set(held)))


def _speech(world: World, mic: Mic) -> Iterator[Move]:
    def moved(now: Mic | None, **changes: object) -> World:
        mics = tuple(m for m in (now if m == mic else m for m in world.mics) if m is not None)
        return replace(world, mics=mics, **changes)

    if mic.phrase == 0:
        if world.spoken < world.phrases:
            number = 1 + sum(1 for _, d in world.origin if d == mic.dictation)
            fresh = replace(mic, phrase=number, revision=1)
            origin = (*world.origin, (f"{mic.dictation}.{number}", mic.dictation))
            begun = replace(moved(fresh), spoken=world.spoken + 1, origin=origin)
            yield from _phrase(begun, fresh, pause=mic.state == "open")
        if mic.state != "open":
            fault = "new" if mic.state == "lost" else world.fault
            over = moved(None, fault=fault)
            yield Move("drained", over, ev.CaptureDrained(mic.dictation))
    else:
        if mic.mute and mic.revision < 2 and mic.state == "open":
            again = replace(mic, revision=2, mute=False)
            yield Move("resume", moved(again), ev.PhraseResumed(_id(mic)))
        yield from _phrase(world, mic, pause=not mic.mute and mic.state == "open")
    if mic.state == "open" and world.luck:
        lost = replace(mic, state="lost")
        fewer = moved(lost, luck=world.luck - 1)
        yield Move("microphone lost", fewer, NOTHING, inner=False)


def _id(mic: Mic) -> PhraseId:
    return PhraseId(mic.dictation, mic.phrase)


def _phrase(world: World, mic: Mic, *, pause: bool) -> Iterator[Move]:
    phrase = Phrase(_id(mic), mic.revision, 0, mic.revision)

    def moved(now: Mic) -> tuple[Mic, ...]:
        return tuple(now if m == mic else m for m in world.mics)

    if pause:
        mute = replace(world, mics=moved(replace(mic, mute=True)))
        yield Move("pause", mute, ev.PhrasePaused(phrase))
    over = replace(mic, phrase=0, revision=0, mute=False)
    final = (*world.final, (phrase.id, phrase.revision))
    yield Move("phrase", replace(world, mics=moved(over), final=final), ev.PhraseEnded(phrase))


def _recognizer(world: World) -> Iterator[Move]:
    spent = replace(world, luck=world.luck - 1)
    if world.loading:
        loaded = replace(world, loading="", loaded=world.loading, before="")
        yield Move("model ready", loaded, ev.ModelReady(world.loading))
        if world.luck:
            failed = replace(spent, loading="", loaded="", before="")
            yield Move("model failed", failed, ev.ModelFailed(world.loading, "bad"), inner=False)
            if world.before:
                kept = replace(failed, loaded=world.before)
                event = ev.ModelFailed(world.loading, "bad", world.before)
                yield Move("model refused", kept, event, inner=False)
        return
    work = world.work
    if work is None:
        if world.luck and world.loaded:
            died = replace(spent, loaded="")
            yield Move("worker lost", died, ev.ModelLost("killed"), inner=False)
        return
    phrase = work.phrase
    done = replace(world, work=None)
    yield Move("heard", _heard(done, phrase), ev.Recognised(_transcript(world, phrase)))
    if work.aborting:
        yield Move("aborted", done, ev.RecognitionAborted(phrase.id, phrase.revision))
    if world.luck:
        less = replace(done, luck=world.luck - 1)
        doubt = replace(_transcript(world, phrase), verdict=Verdict.DOUBTFUL)
        yield Move("doubt", _heard(less, phrase), ev.Recognised(doubt), inner=False)
        died = replace(less, loaded="")
        failed = ev.RecognitionFailed(phrase.id, phrase.revision, "killed")
        yield Move("worker dies", died, failed, inner=False)


def _transcript(world: World, phrase: Phrase) -> Transcript:
    text = letter(world, phrase.id) * 2
    return Transcript(phrase.id, phrase.revision, text, "en", world.loaded, 1, Verdict.GOOD)


def _heard(world: World, phrase: Phrase) -> World:
    return replace(world, heard=world.heard | {(phrase.id, phrase.revision)})


def _typist(world: World) -> Iterator[Move]:
    typist = world.typist
    if typist is None:
        return
    idle = replace(world, typist=None)
    link = machine_of(world, typist.host).link
    if link is Link.UP and not typist.hurt:
        done = on_screen(idle, typist.host, typist.text, down=False)
        yield Move("typed", done, ev.TypingFinished(typist.piece))
    if typist.hurt or link is not Link.UP:
        for typed, doubtful in ((0, 0), (0, 1), (1, 1)):
            parts = (
                typist.text[:typed],
                typist.text[typed : typed + doubtful],
                typist.text[typed + doubtful :],
            )
            stopped = on_screen(idle, typist.host, parts[0], down=True)
            yield Move("typing broke", stopped, ev.TypingStopped(typist.piece, *parts))
    elif typist.stopping:
        half = len(typist.text) // 2
        parts = (typist.text[:half], "", typist.text[half:])
        stopped = on_screen(idle, typist.host, parts[0], down=False)
        yield Move("typing stopped", stopped, ev.TypingStopped(typist.piece, *parts))


def _machine(world: World, machine: Machine) -> Iterator[Move]:
    if machine.news:
        told = replace(machine, news=machine.news[1:], told=machine.news[0])
        known = put(world, told)
        if told.told is not Link.UP:
            known = replace(known, interrupted=known.interrupted | alive(world, machine.name))
        yield Move("link news", known, ev.LinkChanged(machine.name, told.told))
        return
    if machine.link is Link.UP:
        if world.luck:
            spent = replace(world, luck=world.luck - 1)
            for link in (Link.DOWN, Link.ASLEEP):
                changed = _relink(spent, machine, link)
                yield Move(f"link {link.value}", changed, NOTHING, inner=False)
    elif machine.link is Link.DOWN or machine.woken:
        yield Move("link back", _relink(world, machine, Link.UP), NOTHING, inner=False)


def _relink(world: World, machine: Machine, link: Link) -> World:
    changed = replace(machine, link=link, news=(*machine.news, link), woken=False)
    world = put(world, changed)
    typist = world.typist
    if typist is not None and typist.host == machine.name and link is not Link.UP:
        world = replace(world, typist=replace(typist, hurt=True))
    return world


def alive(world: World, host: str) -> frozenset[int]:
    """Dictations for a host whose speech or recognition is not over, by the world's books."""
    pending = {p.dictation for p, r in world.final if (p, r) not in world.heard}
    flying = pending | {m.dictation for m in world.mics}
    return frozenset(d for d in flying if world.hosts[d - 1] == host)


def machine_of(world: World, name: str) -> Machine:
    """The machine of that name."""
    return next(m for m in world.machines if m.name == name)


def put(world: World, machine: Machine) -> World:
    """The world with this machine in the place of its former self."""
    machines = tuple(machine if m.name == machine.name else m for m in world.machines)
    return replace(world, machines=machines)


def on_screen(world: World, host: str, text: str, *, down: bool) -> World:
    """The world with this text typed at a host, and its keys down or up."""
    machine = machine_of(world, host)
    return put(world, replace(machine, screen=machine.screen + text, down=down))


def perform(  # noqa: PLR0912  a row of effects
    world: World, device: Device, effect: fx.Effect
) -> World:
    """What an effect begins. Raises Broken for one that must not be."""
    match effect:
        case fx.OpenCapture(dictation):
            mics = (*world.mics, Mic(dictation, "lost" if world.fault else "open"))
            return replace(world, mics=mics, hosts=(*world.hosts, device.delivery.target))
        case fx.CloseCapture(dictation):
            return replace(
                world,
                mics=tuple(
                    replace(m, state="draining")
                    if m.dictation == dictation and m.state == "open"
                    else m
                    for m in world.mics
                ),
            )
        case fx.AbortCapture(dictation):
            return replace(world, mics=tuple(m for m in world.mics if m.dictation != dictation))
        case fx.LoadModel(name):
            before = world.loaded if world.loaded != name else ""
            return replace(world, loading=name, loaded="", before=before)
        case fx.Recognise(phrase):
            if world.work is not None or not world.loaded:
                raise Broken("the recognizer was given work it cannot take")
            return replace(world, work=Work(phrase))
        case fx.AbortRecognition(phrase):
            if world.work is None or world.work.phrase.id != phrase:
                return world
            return replace(world, work=replace(world.work, aborting=True))
        case fx.TypeText(piece, host, text):
            return _type(world, device, Typist(piece, host, text))
        case fx.PressKeys(piece, host):
            return _press(world, Typist(piece, host, ""))
        case fx.StopTyping(piece):
            if world.typist is None or world.typist.piece != piece:
                return world
            return replace(world, typist=replace(world.typist, stopping=True))
        case fx.ReleaseKeys(host):
            machine = machine_of(world, host)
            return put(world, replace(machine, down=machine.down and machine.link is not Link.UP))
        case fx.WakeHost(host):
            return put(world, replace(machine_of(world, host), woken=True))
        case fx.Exit():
            return replace(world, exited=True)


def _press(world: World, typist: Typist) -> World:
    if not world.keys:
        raise Broken("keys were pressed unasked")
    return _begin(replace(world, keys=world.keys - 1), typist)


def _begin(world: World, typist: Typist) -> World:
    if world.typist is not None:
        raise Broken("two pieces are typed at once")
    machine = machine_of(world, typist.host)
    if machine.told is not Link.UP:
        raise Broken("typed into a host that is not up")
    hurt = machine.link is not Link.UP
    return on_screen(replace(world, typist=replace(typist, hurt=hurt)), typist.host, "", down=True)


def _type(world: World, device: Device, typist: Typist) -> World:
    letters = sorted(set(typist.text) & set(LETTERS))
    if set(letters) & world.excused:
        raise Broken("typed what was cancelled or dropped")
    typing = device.delivery.typing
    if typing is None:
        raise Broken("typing is not in the state")
    if typing.piece.dictation == ASKED_FOR:
        if not world.asked:
            raise Broken("held text was typed unasked")
        world = replace(world, asked=world.asked - 1)
    else:
        if typing.piece.dictation in world.interrupted:
            raise Broken("a dictation was typed on after its link had dropped")
        spoken = [ident for ident, _ in world.origin if _mark(world, ident) in letters]
        if min(spoken) <= world.latest:
            raise Broken("typed out of the order of speech")
        world = replace(world, latest=max(spoken))
    return _begin(world, typist)
