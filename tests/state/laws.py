"""The invariants that are checked after every step of the device in its world. See world.py."""

from itertools import pairwise

from people import THIRD
from world import (
    CLOSING,
    LETTERS,
    MARKS,
    NO_TEXT,
    SEAM,
    Broken,
    World,
    doubted_letters,
    letter,
    machine_of,
)

from saykey import effects as fx
from saykey.flow import inserted
from saykey.ports import Link
from saykey.state.delivery import target_of
from saykey.state.device import Device
from saykey.state.hosts import Held
from saykey.state.loading import Loading


def check(world: World, device: Device) -> None:
    """Raise Broken if this pair of world and device violates an invariant."""
    _nothing_is_lost(world, device)
    _nothing_is_glued(world)
    _marks_are_right(world, device)
    _marks_are_held_once(device)
    _doubtful_text_goes_where_it_shall(world, device)
    _one_host_is_open_on_a_transport(world, device)
    _listens_only_when_asked(world, device)
    _useless_work_is_stopped(world, device)
    _typing_stops_when_told(world, device)
    if world.exited:
        _left_in_order(world, device)


def check_answer(device: Device, done: tuple[fx.Effect, ...]) -> None:
    """Raise Broken if a press did not wake the sleeping host, or a borrower's press woke it."""
    opened = next((effect for effect in done if isinstance(effect, fx.OpenCapture)), None)
    target = target_of(device.delivery)
    if opened is None or target.link is not Link.ASLEEP:
        return
    woken = fx.WakeHost(target.name) in done
    if opened.borrower is None and not woken:
        raise Broken("a sleeping host was not woken at the press")
    if opened.borrower is not None and woken:
        raise Broken("a sleeping host was woken for nothing")


def _nothing_is_lost(world: World, device: Device) -> None:
    row = "".join(s.transcript.text for s in device.hearing.row if s.transcript is not None)
    everywhere = _typed_or_held(world, device) + row
    unheard = {(u.phrase.id, u.phrase.revision) for u in device.hearing.unheard}
    dropped = doubted_letters(world) if device.rules.doubtful == "drop" else set()
    for phrase, revision in world.final:
        mark = letter(world, phrase)
        count = everywhere.count(mark)
        if count > 2:
            raise Broken(f"{mark} stands twice")
        known = (phrase, revision) in world.heard and (phrase, revision) not in unheard
        if known and mark not in world.excused | dropped and count != 2:
            raise Broken(f"{mark} was recognised, and is neither typed nor held")
    if not set(everywhere) <= {*LETTERS, *MARKS, " ", NO_TEXT}:
        raise Broken("text was invented")


def _typed_or_held(world: World, device: Device) -> str:
    screens = "".join(m.screen for m in world.machines)
    held = "".join(h.text for h in _held(device))
    typing = device.delivery.typing
    flying = "".join(inserted(p.edits) for p in device.delivery.queue)
    return screens + held + flying + (inserted(typing.edits) if typing else "")


def _held(device: Device) -> tuple[Held, ...]:
    held = (h for host in device.delivery.hosts for h in host.held)
    return (*held, *device.delivery.unassigned)


OWNER = {mark: name for marks in (CLOSING, SEAM) for name, mark in marks.items()}
"""The letter of the words that each mark may close."""


def _marks_are_right(world: World, device: Device) -> None:
    """Each mark stands behind its words, and is the one that the next phrase decided.

    The rest of a text that was cut short before a mark may stand behind other text. The screen of a
    renamed host may begin with a mark: the words are on the screen of the old name.
    """
    screens = [
        m.screen.lstrip("".join(MARKS)) if m.name == THIRD else m.screen for m in world.machines
    ]
    for text in (*screens, *(held.text for held in _held(device))):
        for at, mark in enumerate(text):
            if mark not in MARKS:
                continue
            name = OWNER[mark]
            if name != text[at - 1 : at] and mark not in world.torn:
                raise Broken(f"{mark} does not stand behind the words that it closes")
            read = _read_behind(world, device, name)
            if mark != (CLOSING[name] if read is None else read):
                raise Broken(f"{mark} stands behind {name}, where the next phrase has {read!r}")


def _marks_are_held_once(device: Device) -> None:
    numbers = {held.number for held in _held(device)}
    for held in _held(device):
        if held.after is not None and held.after.mark and held.after.piece in numbers:
            raise Broken("a mark is held twice")
        if held.follows is None and not set(held.text) & set(LETTERS):
            raise Broken("a mark is held without its words")


def _read_behind(world: World, device: Device, name: str) -> str | None:
    """The mark that was read behind this letter together with the next phrase; None: there is none.

    Only the phrases whose text is typed decide that.
    """
    if not world.seams:
        return None
    doubted = doubted_letters(world) if device.rules.doubtful != "type" else set()
    final = dict(world.final)
    for phrase, revision, before, mark in world.seams:
        used = final.get(phrase) == revision and letter(world, phrase) not in doubted
        if used and before == name:
            return mark
    return None


def _marks_are_complete(world: World, device: Device) -> None:
    """At rest no mark waits: text that was typed or is held has its closing marks."""
    for held in _held(device):
        last = held.text[-1]
        if last in LETTERS and not _goes_on(world, device, last):
            raise Broken(f"the mark behind {last} is lost in held text")
    if world.exited:
        return
    for machine in world.machines:
        for name, after in pairwise(machine.screen + NO_TEXT):
            if name not in LETTERS or after in {name, *MARKS}:
                continue
            disturbed = _dictation_of(world, name) in world.unmarked
            if not disturbed and not _goes_on(world, device, name):
                raise Broken(f"the mark behind {name} was not typed on {machine.name}")


def _goes_on(world: World, device: Device, name: str) -> bool:
    """Whether no mark is needed behind this letter: cancelled, or the sentence continues."""
    cancelled = _dictation_of(world, name) in world.dropped or name in world.excused
    return cancelled or _read_behind(world, device, name) == ""


def _dictation_of(world: World, name: str) -> int:
    return world.origin[LETTERS.index(name)][1]


def _nothing_is_glued(world: World) -> None:
    for machine in world.machines:
        for one, other in pairwise(machine.screen):
            if one in LETTERS and other in LETTERS and one != other:
                raise Broken(f"{one} and {other} are glued together on {machine.name}")


def _doubtful_text_goes_where_it_shall(world: World, device: Device) -> None:
    if device.rules.doubtful == "drop" and doubted_letters(world) & set(
        _typed_or_held(world, device)
    ):
        raise Broken("a doubtful text was kept that was to be dropped")


def _one_host_is_open_on_a_transport(world: World, device: Device) -> None:
    hosts = device.delivery.hosts
    if {m.name for m in world.machines if m.open} != {h.name for h in hosts if h.open}:
        raise Broken("a host is open that should not be, or the other way round")
    transports = [h.settings.transport for h in hosts if h.open]
    if len(set(transports)) != len(transports):
        raise Broken("two hosts are open on one transport")
    if not target_of(device.delivery).open:
        raise Broken("the target is not open")


def _listens_only_when_asked(world: World, device: Device) -> None:
    open_now = [m for m in world.mics if m.state == "open"]
    if open_now and not world.pressed:
        raise Broken("the microphone listens though nobody presses")
    if device.closing and world.mics:
        raise Broken("the microphone listens after shutdown")
    known = {d.id for d in device.hearing.dictations}
    if any(m.dictation not in known for m in world.mics):
        raise Broken("the microphone listens for a dictation that is over")


def _useless_work_is_stopped(world: World, device: Device) -> None:
    work = world.work
    if work is None or work.aborting or device.closing:
        return
    row = {
        (s.phrase.id, s.phrase.revision)
        for s in device.hearing.row
        if s.stage.value in {"tentative", "waiting"}
    }
    retries = {(u.phrase.id, u.phrase.revision) for u in device.hearing.unheard if u.retrying}
    if (work.phrase.id, work.phrase.revision) not in row | retries:
        raise Broken("the recognizer works on what nobody wants")
    able = {d.id for d in device.hearing.dictations if d.model == device.model.loaded}
    waiting = [
        s.phrase.id
        for s in device.hearing.row
        if s.stage.value == "waiting" and s.phrase.id.dictation in able
    ]
    if waiting and work.phrase.id not in waiting:
        raise Broken("a complete phrase waits behind a guess")


def _typing_stops_when_told(world: World, device: Device) -> None:
    typist = world.typist
    if typist is None or typist.stopping:
        return
    if device.closing:
        raise Broken("types on after shutdown")
    if set(typist.text) & world.excused:
        raise Broken("types on what was cancelled")
    if machine_of(world, typist.host).told is not Link.UP:
        raise Broken("types on though the link is known to be down")


def _left_in_order(world: World, device: Device) -> None:
    _marks_are_complete(world, device)
    if world.typist is not None or world.mics:
        raise Broken("left with work at hand")
    if any(m.down and m.link is Link.UP for m in world.machines):
        raise Broken("left with a key down")


def check_rest(world: World, device: Device) -> None:
    """Raise Broken if work is left although nothing more happens by itself."""
    if any(m.down and m.link is Link.UP for m in world.machines):
        raise Broken("a key stays down")
    if device.closing:
        if not world.exited:
            raise Broken("shutdown does not end")
        return
    hearing, delivery = device.hearing, device.delivery
    if world.mics:
        raise Broken("a capture stays open")
    if hearing.row or hearing.dictations or hearing.job:
        raise Broken("a phrase is stuck")
    if delivery.queue or delivery.typing:
        raise Broken("a text is stuck")
    _marks_are_complete(world, device)
    if device.model.loading is Loading.LOADING:
        raise Broken("the model is stuck")
    if any(u.retrying for u in hearing.unheard):
        raise Broken("a retry is stuck")
    if any(h.interrupted for h in delivery.hosts):
        raise Broken("a mark of interruption stays")
