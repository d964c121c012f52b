"""A simulated world around the device state: users, microphone, recognizer and hosts.

The world keeps its own records. It sees only the effects of the device, and answers them as the
real packages may: in any order, or not at all where something can fail. `moves` lists what can
happen next. `Broken` is raised when the device violates an invariant.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar, assert_never

from saykey import effects as fx
from saykey import events as ev
from saykey.flow import Edits, Insert, Phrase, PhraseId, Seam, Transcript, Verdict, inserted
from saykey.ports import Link
from saykey.state.device import Device
from saykey.state.hearing import spoken_of
from saykey.state.pieces import ASKED_FOR, Piece

LETTERS = "ABC"
CLOSING = dict(zip(LETTERS, ".!?", strict=True))
"""The mark at the end of the text of each phrase."""
SEAM = dict(zip(LETTERS, ",;:", strict=True))
"""The mark behind the text of each phrase if it is recognised together with the next phrase."""
MARKS = frozenset({*CLOSING.values(), *SEAM.values()})
NO_TEXT = "|"
"""Marks on a screen where a chord was pressed. Text after it is not joined to the text before."""
NOTHING = ev.SoundHeard(0.0)
"""The event for a change in the world that no adapter has noticed yet."""


class Broken(AssertionError):
    """An invariant was violated."""


Value = TypeVar("Value", bound=Any)


def replace(value: Value, **changes: object) -> Value:
    """The value with these changes. It is faster for the world's tuples than for dataclasses."""
    if isinstance(value, tuple):
        return value._replace(**changes)
    return dataclasses.replace(value, **changes)


class Mic(NamedTuple):
    """An open capture. ``phrase`` is the phrase being spoken, 0 for none. ``mute``: in a pause.

    ``lent`` is the borrower that gets the sound, 0 for none. It then reports no phrases.
    """

    dictation: int
    state: str = "open"
    phrase: int = 0
    revision: int = 0
    mute: bool = False
    lent: int = 0


class Machine(NamedTuple):
    """A host.

    ``link`` is its real state, ``told`` what the device knows, and ``news`` are the reports in
    between. ``down``: a key is down. ``open``: the device has opened its transport. A host that is
    asleep comes back only when ``woken``.
    """

    name: str
    link: Link
    news: tuple[Link, ...] = ()
    told: Link = Link.UNKNOWN
    down: bool = False
    open: bool = False
    woken: bool = False
    screen: str = ""


class Typist(NamedTuple):
    """A piece that is being typed. ``hurt``: the link has dropped since it began."""

    piece: int
    host: str
    edits: Edits
    stopping: bool = False
    hurt: bool = False

    @property
    def text(self) -> str:
        """The text that it types."""
        return inserted(self.edits)


class Work(NamedTuple):
    """A phrase that is being recognised, together with the phrase of the letter ``before``."""

    phrase: Phrase
    before: str = ""
    retry: bool = False
    aborting: bool = False


class World(NamedTuple):
    """The state of the world.

    ``luck`` is how many more disturbances may happen: a bound, so that the walk ends. ``before`` is
    the model that may stay in use if the one that is ``loading`` fails. ``hand`` is the state of
    the button (see people). ``doubted`` are recognitions with a doubtful text. ``retried`` are
    phrases recognised after their dictation had gone on. ``dropped`` dictations were cancelled.
    ``unmarked`` are those whose closing mark may be lost: their link dropped, or held text was
    asked for meanwhile. ``seams`` are the recognitions together with the phrase of a letter, and
    the mark that was read behind it. ``torn`` are marks before which typing broke off.
    ``borrowers`` counts the clients that the microphone was lent to. ``borrows``: the last of them
    is still connected. ``lent`` are the dictations of all of them.
    """

    luck: int
    presses: int
    phrases: int
    machines: tuple[Machine, ...]
    loaded: str
    pressed: bool = False
    hand: str = "up"
    spoken: int = 0
    mics: tuple[Mic, ...] = ()
    fault: str = ""
    loading: str = ""
    before: str = ""
    work: Work | None = None
    typist: Typist | None = None
    final: tuple[tuple[PhraseId, int], ...] = ()
    heard: frozenset[tuple[PhraseId, int]] = frozenset()
    doubted: frozenset[tuple[PhraseId, int]] = frozenset()
    retried: frozenset[PhraseId] = frozenset()
    dropped: frozenset[int] = frozenset()
    unmarked: frozenset[int] = frozenset()
    seams: frozenset[tuple[PhraseId, int, str, str]] = frozenset()
    torn: frozenset[str] = frozenset()
    excused: frozenset[str] = frozenset()
    interrupted: frozenset[int] = frozenset()
    origin: tuple[tuple[str, int], ...] = ()
    hosts: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()
    keys: int = 0
    latest: str = ""
    borrowers: int = 0
    borrows: bool = False
    lent: frozenset[int] = frozenset()
    exited: bool = False


class Move(NamedTuple):
    """Something that may happen next: events with nothing between them.

    ``inner``: it happens by itself if nothing else does.
    """

    name: str
    world: World
    events: tuple[ev.Event, ...]
    inner: bool = True


def move(name: str, world: World, *events: ev.Event, inner: bool = True) -> Move:
    """Create a Move."""
    return Move(name, world, events, inner)


def letter(world: World, phrase: PhraseId) -> str:
    """The letter that represents the text of a phrase."""
    return mark(world, f"{phrase.dictation}.{phrase.number}")


def mark(world: World, ident: str) -> str:
    """The letter of the phrase "DICTATION.NUMBER"."""
    return LETTERS[[known for known, _ in world.origin].index(ident)]


def moves(world: World, ways: frozenset[str]) -> Iterator[Move]:
    """All that may happen next without users, by the means ``ways`` of this world (walk.Life)."""
    for mic in world.mics:
        yield from _speech(world, mic)
    if world.fault == "new":
        yield move("microphone failed", replace(world, fault="told"), ev.MicrophoneFailed("gone"))
    elif world.fault:
        yield move("microphone found", replace(world, fault=""), ev.MicrophoneReady())
    yield from _recognizer(world, ways)
    yield from _typist(world)
    for machine in world.machines:
        yield from _machine(world, machine)


def _speech(world: World, mic: Mic) -> Iterator[Move]:
    def moved(now: Mic | None, **changes: object) -> World:
        mics = tuple(m for m in (now if m == mic else m for m in world.mics) if m is not None)
        return replace(world, mics=mics, **changes)

    if mic.phrase == 0:
        if world.spoken < world.phrases and not mic.lent:
            number = 1 + sum(1 for _, d in world.origin if d == mic.dictation)
            fresh = replace(mic, phrase=number, revision=1)
            origin = (*world.origin, (f"{mic.dictation}.{number}", mic.dictation))
            begun = replace(moved(fresh), spoken=world.spoken + 1, origin=origin)
            yield from _phrase(begun, fresh, pause=mic.state == "open")
        if mic.state != "open":
            fault = "new" if mic.state == "lost" else world.fault
            over = moved(None, fault=fault)
            yield move("drained", over, ev.CaptureDrained(mic.dictation))
    else:
        if mic.mute and mic.revision < 2 and mic.state == "open":
            again = replace(mic, revision=2, mute=False)
            yield move("resume", moved(again), ev.PhraseResumed(_id(mic)))
        yield from _phrase(world, mic, pause=not mic.mute and mic.state == "open")
    if mic.state == "open" and world.luck:
        lost = replace(mic, state="lost")
        fewer = moved(lost, luck=world.luck - 1)
        yield move("microphone lost", fewer, NOTHING, inner=False)


def _id(mic: Mic) -> PhraseId:
    return PhraseId(mic.dictation, mic.phrase)


def _phrase(world: World, mic: Mic, *, pause: bool) -> Iterator[Move]:
    phrase = Phrase(_id(mic), mic.revision, 0, mic.revision)

    def moved(now: Mic) -> tuple[Mic, ...]:
        return tuple(now if m == mic else m for m in world.mics)

    if pause:
        mute = replace(world, mics=moved(replace(mic, mute=True)))
        yield move("pause", mute, ev.PhrasePaused(phrase))
    over = replace(mic, phrase=0, revision=0, mute=False)
    final = (*world.final, (phrase.id, phrase.revision))
    yield move("phrase", replace(world, mics=moved(over), final=final), ev.PhraseEnded(phrase))


def _recognizer(world: World, ways: frozenset[str]) -> Iterator[Move]:
    doubts = "doubts" in ways
    spent = replace(world, luck=world.luck - 1)
    if world.loading:
        loaded = replace(world, loading="", loaded=world.loading, before="")
        yield move("model ready", loaded, ev.ModelReady(world.loading))
        if world.luck:
            failed = replace(spent, loading="", loaded="", before="")
            yield move("model failed", failed, ev.ModelFailed(world.loading, "bad"), inner=False)
            if world.before:
                kept = replace(failed, loaded=world.before)
                event = ev.ModelFailed(world.loading, "bad", world.before)
                yield move("model refused", kept, event, inner=False)
        return
    work = world.work
    if work is None:
        if world.luck and world.loaded:
            died = replace(spent, loaded="")
            yield move("worker lost", died, ev.ModelLost("killed"), inner=False)
        return
    phrase = work.phrase
    done = replace(world, work=None)
    known = _transcript(world, work)
    yield move("heard", _heard(done, work, known.seam), ev.Recognised(known))
    if "seams" in ways:
        yield from _other_seams(done, work, known)
    if work.aborting:
        yield move("aborted", done, ev.RecognitionAborted(phrase.id, phrase.revision))
    if doubts or world.luck:
        less = done if doubts else replace(done, luck=world.luck - 1)
        doubt = replace(known, verdict=Verdict.DOUBTFUL)
        doubted = less.doubted | {(phrase.id, phrase.revision)}
        doubtful = replace(_heard(less, work, known.seam), doubted=doubted)
        yield move("doubt", doubtful, ev.Recognised(doubt), inner=False)
    if world.luck:
        less = replace(done, luck=world.luck - 1)
        died = replace(less, loaded="")
        failed = ev.RecognitionFailed(phrase.id, phrase.revision, "killed")
        yield move("worker dies", died, failed, inner=False)


def _transcript(world: World, work: Work) -> Transcript:
    """The text of a phrase. That of every other phrase is understood with the phrase before."""
    phrase = work.phrase
    name = letter(world, phrase.id)
    joint = work.before and phrase.id.number % 2 == 0
    seam = Seam(SEAM[work.before]) if joint else None
    text = name * 2 + CLOSING[name]
    return Transcript(
        phrase.id, phrase.revision, text, "en", world.loaded, 1, Verdict.GOOD, seam=seam
    )


def _other_seams(done: World, work: Work, known: Transcript) -> Iterator[Move]:
    """The phrase is understood together with the one before or not, or there is no speech."""
    phrase = work.phrase
    for seam in (None, Seam(""), Seam(SEAM[work.before])) if work.before else ():
        if seam != known.seam:
            name = "heard alone" if seam is None else f"heard behind {seam.mark!r}"
            event = ev.Recognised(replace(known, seam=seam))
            yield move(name, _heard(done, work, seam), event)
    if (phrase.id, phrase.revision) in done.final:
        silent = replace(done, excused=done.excused | {letter(done, phrase.id)})
        nothing = replace(known, text="", verdict=Verdict.EMPTY)
        yield move("heard nothing", silent, ev.Recognised(nothing))


def _heard(world: World, work: Work, seam: Seam | None) -> World:
    phrase = work.phrase
    if work.retry:
        world = replace(world, retried=world.retried | {phrase.id})
    if seam is not None and letter(world, phrase.id) not in world.excused:
        read = phrase.id, phrase.revision, work.before, seam.mark
        world = replace(world, seams=world.seams | {read})
    return replace(world, heard=world.heard | {(phrase.id, phrase.revision)})


def _typist(world: World) -> Iterator[Move]:
    typist = world.typist
    if typist is None:
        return
    idle = replace(world, typist=None)
    link = machine_of(world, typist.host).link
    if link is Link.UP and not typist.hurt:
        done = on_screen(idle, typist.host, typist.edits, down=False)
        yield move("typed", done, ev.TypingFinished(typist.piece))
    if typist.hurt or link is not Link.UP:
        for typed, doubtful in ((0, 0), (0, 1), (1, 1)):
            yield from _broken_off(world, typist, typed, doubtful)
    elif typist.stopping:
        yield from _broken_off(world, typist, len(typist.text) // 2, 0)


def _broken_off(world: World, typist: Typist, typed: int, doubtful: int) -> Iterator[Move]:
    """Typing ends after ``typed`` letters; ``doubtful`` more may have arrived. No chord is sent."""
    text, idle = typist.text, replace(world, typist=None)
    parts: list[Edits] = [
        (Insert(part),) if part else ()
        for part in (text[:typed], text[typed : typed + doubtful], text[typed + doubtful :])
    ]
    if not text:
        parts[2] = typist.edits
    if typed or doubtful:  # perhaps directly before a mark
        idle = replace(idle, torn=idle.torn | (MARKS & set(text[typed : typed + 1])))
    stopped = on_screen(idle, typist.host, parts[0], down=typist.hurt)
    name = "typing broke" if typist.hurt else "typing stopped"
    yield move(name, stopped, ev.TypingStopped(typist.piece, *parts))


def _machine(world: World, machine: Machine) -> Iterator[Move]:
    if machine.news:
        told = replace(machine, news=machine.news[1:], told=machine.news[0])
        known = put(world, told)
        if told.told is not Link.UP:
            known = replace(
                known,
                interrupted=known.interrupted | alive(world, machine.name),
                unmarked=known.unmarked | dictations_for(world, machine.name),
            )
        yield move("link news", known, ev.LinkChanged(machine.name, told.told))
        return
    if machine.link is Link.UP:
        if world.luck:
            spent = replace(world, luck=world.luck - 1)
            for link in (Link.DOWN, Link.ASLEEP):
                changed = _relink(spent, machine, link)
                yield move(f"link {link.value}", changed, NOTHING, inner=False)
    elif machine.link is Link.DOWN or machine.woken:
        yield move("link back", _relink(world, machine, Link.UP), NOTHING, inner=False)


def _relink(world: World, machine: Machine, link: Link) -> World:
    changed = replace(machine, link=link, news=(*machine.news, link), woken=False)
    world = put(world, changed)
    typist = world.typist
    if typist is not None and typist.host == machine.name and link is not Link.UP:
        world = replace(world, typist=replace(typist, hurt=True))
    return world


def alive(world: World, host: str) -> frozenset[int]:
    """Dictations for a host whose speech or recognition is not over, by the world's records."""
    pending = {p.dictation for p, r in world.final if (p, r) not in world.heard}
    flying = pending | {m.dictation for m in world.mics}
    return frozenset(d for d in flying if world.hosts[d - 1] == host)


def dictations_for(world: World, host: str) -> frozenset[int]:
    """The dictations for a host, also those that are over."""
    return frozenset(d for d, name in enumerate(world.hosts, start=1) if name == host)


def machine_of(world: World, name: str) -> Machine:
    """The machine of that name."""
    return next(m for m in world.machines if m.name == name)


def put(world: World, machine: Machine) -> World:
    """Replace the machine of the same name."""
    machines = tuple(machine if m.name == machine.name else m for m in world.machines)
    return replace(world, machines=machines)


def on_screen(world: World, host: str, edits: Edits, *, down: bool) -> World:
    """The world with these edits carried out on a host, and a key down or none.

    The keys of a host that is being closed go up when typing there has ended.
    """
    machine = machine_of(world, host)
    shown = "".join(e.text if isinstance(e, Insert) else NO_TEXT for e in edits)
    down = down and machine.open
    return put(world, replace(machine, screen=machine.screen + shown, down=down))


def perform(  # noqa: PLR0912  one case per effect
    world: World, device: Device, effect: fx.Effect
) -> World:
    """The world after an effect. Raises Broken for an effect that is not allowed."""
    match effect:
        case fx.OpenCapture(dictation, _, borrower):
            mic = Mic(dictation, "lost" if world.fault else "open", lent=borrower or 0)
            hosts = (*world.hosts, device.delivery.target)
            lent = world.lent if borrower is None else world.lent | {dictation}
            return replace(world, mics=(*world.mics, mic), hosts=hosts, lent=lent)
        case fx.CloseCapture(dictation):
            if world.pressed:
                raise Broken("a dictation was ended though nobody released it")
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
        case fx.Recognise():
            return _recognise(world, device, effect)
        case fx.AbortRecognition(phrase):
            if world.work is None or world.work.phrase.id != phrase:
                return world
            return replace(world, work=replace(world.work, aborting=True))
        case fx.TypeEdits(piece, host, _, edits):
            return _type(world, device, Typist(piece, host, edits))
        case fx.StopTyping(piece):
            if world.typist is None or world.typist.piece != piece:
                return world
            return replace(world, typist=replace(world.typist, stopping=True))
        case fx.ReleaseKeys(host):
            machine = machine_of(world, host)
            if not machine.open:
                raise Broken("keys are released at a host that is not open")
            return put(world, replace(machine, down=machine.down and machine.link is not Link.UP))
        case fx.OpenLink(host):
            return _open(world, host.name)
        case fx.CloseLink(name):
            return _close(world, name)
        case fx.WakeHost(host):
            return put(world, replace(machine_of(world, host), woken=True))
        case fx.Exit():
            return replace(world, exited=True)
        case _:
            assert_never(effect)


def _recognise(world: World, device: Device, effect: fx.Recognise) -> World:
    if world.work is not None or not world.loaded:
        raise Broken("the recognizer was given work it cannot take")
    phrase = effect.phrase
    if phrase.id.dictation in world.lent:
        raise Broken("the sound of a borrower is recognised")
    before = effect.before.text[:1] if effect.before is not None else ""
    spoken = spoken_of(device.hearing, phrase.id)
    failed = spoken is None or spoken.failures > 0 or not spoken.speculable
    if before != ("" if failed else _typed_before(world, device, phrase.id)):
        raise Broken("a phrase is recognised with another one than was typed before it")
    return replace(world, work=Work(phrase, before, retry=spoken is None))


def _typed_before(world: World, device: Device, phrase: PhraseId) -> str:
    """The letter of the last phrase before this one whose text is typed; "" if there is none."""
    unheard = {u.phrase.id for u in device.hearing.unheard} | world.retried
    doubted = doubted_letters(world) if device.rules.doubtful != "type" else set()
    letters = [
        letter(world, p)
        for p, revision in world.final
        if (p, revision) in world.heard
        and p.dictation == phrase.dictation
        and p.number < phrase.number
        and p not in unheard
    ]
    typed = [each for each in letters if each not in doubted | world.excused]
    return typed[-1] if typed else ""


def _open(world: World, name: str) -> World:
    machine = machine_of(world, name)
    if machine.open:
        raise Broken("a host is opened twice")
    return put(world, replace(machine, open=True, told=Link.UNKNOWN, news=(machine.link,)))


def _close(world: World, name: str) -> World:
    machine, typist = machine_of(world, name), world.typist
    if not machine.open:
        raise Broken("a host is closed that is not open")
    typed_at = typist is not None and typist.host == name
    if typist is not None and typed_at and not typist.stopping:
        raise Broken("a host is let go of while it is typed to")
    shut = replace(machine, open=False, told=Link.DOWN, news=(), down=machine.down and typed_at)
    unmarked = world.unmarked | dictations_for(world, name)
    return put(replace(world, unmarked=unmarked), shut)


def _begin(world: World, typist: Typist) -> World:
    if world.typist is not None:
        raise Broken("two pieces are typed at once")
    machine = machine_of(world, typist.host)
    if machine.told is not Link.UP or not machine.open:
        raise Broken("typed into a host that is not up")
    hurt = machine.link is not Link.UP
    return on_screen(replace(world, typist=replace(typist, hurt=hurt)), typist.host, (), down=True)


def _type(world: World, device: Device, typist: Typist) -> World:
    letters = sorted(set(typist.text) & set(LETTERS))
    if set(letters) & world.excused:
        raise Broken("typed what was cancelled or dropped")
    typing = device.delivery.typing
    if typing is None:
        raise Broken("typing is not in the state")
    if typing.piece.dictation in world.lent:
        raise Broken("the sound of a borrower is typed")
    if set(typist.text) & MARKS and not letters:
        return _type_mark(world, typing.piece, typist)
    if not letters:
        if not world.keys:
            raise Broken("keys were pressed unasked")
        return _begin(replace(world, keys=world.keys - 1), typist)
    if typing.piece.dictation == ASKED_FOR:
        if not set(letters) <= set(world.asked):
            raise Broken("held text was typed unasked")
        return _begin(replace(world, asked=world.asked - set(letters)), typist)
    if typing.piece.dictation in world.interrupted:
        raise Broken("a dictation was typed on after its link had dropped")
    if typist.host != world.hosts[typing.piece.dictation - 1]:
        raise Broken("typed into another host than it was for")
    if device.rules.doubtful != "type" and set(letters) & doubted_letters(world):
        raise Broken("a doubtful text was typed unasked")
    spoken = [ident for ident, _ in world.origin if mark(world, ident) in letters]
    if min(spoken) <= world.latest:
        raise Broken("typed out of the order of speech")
    return _begin(replace(world, latest=max(spoken)), typist)


def _type_mark(world: World, piece: Piece, typist: Typist) -> World:
    """A piece that is the closing mark of a dictation."""
    if piece.dictation in world.interrupted:
        raise Broken("a mark was typed after the link had dropped")
    if piece.dictation in world.dropped:
        raise Broken("a mark was typed after its dictation was cancelled")
    if piece.dictation in {m.dictation for m in world.mics}:
        raise Broken("the closing mark was typed while the user spoke")
    return _begin(world, typist)


def doubted_letters(world: World) -> set[str]:
    """The letters of complete phrases whose text the guards doubt."""
    return {letter(world, phrase) for phrase, r in world.final if (phrase, r) in world.doubted}
