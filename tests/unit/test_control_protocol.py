"""Lines of the control socket: which are requests, and how all others are answered."""

import msgspec
import pytest

from saykey.control import protocol
from saykey.control.protocol import BadRequest, Keys, Press, Reply, UseHost, Watch, parse_request
from saykey.control.status import HeldStatus, ModelStatus, Status, in_words, without_text
from saykey.ports import Link

IDLE = Status(
    capture="off",
    host="box",
    hosts=("box",),
    link=Link.UP,
    model=ModelStatus(name="tiny.en-short", state="ready"),
)
HOLDING = msgspec.structs.replace(
    IDLE, held=HeldStatus(characters=11, pieces=2, doubtful=1, text=("hello ", "world"))
)


def complaint(line):
    with pytest.raises(BadRequest) as caught:
        parse_request(line)
    return caught.value.id, str(caught.value)


def test_requests_are_objects_with_an_id_and_a_command():
    assert parse_request(b'{"id": 7, "do": "press"}\n') == Press(7)
    assert parse_request(b'{"id": 8, "do": "watch", "text": true}') == Watch(8, text=True)
    assert parse_request(b'{"do": "use-host", "name": "box", "id": 9}') == UseHost(9, "box")
    assert parse_request(b'{"id": 3, "do": "keys", "strokes": [[4, 2]]}') == Keys(3, ((4, 2),))


@pytest.mark.parametrize(
    ("line", "request_id", "reason"),
    [
        (b"\n", None, "not JSON: Input data was truncated"),
        (b"press\n", None, "not JSON: JSON is malformed: invalid character (byte 0)"),
        (b'{"id": 1, "do": "\xff"}', None, "not UTF-8"),
        (b"[1]", None, 'not an object such as {"id": 1, "do": "status"}'),
        (b'{"id": 1, "do": "pres"}', 1, "no command 'pres'; did you mean 'press'?"),
        (b'{"id": "a", "do": "press"}', None, "press: Expected `int`, got `str` - at `$.id`"),
        (b'{"id": -1, "do": "press"}', None, "press: Expected `int` >= 0 - at `$.id`"),
        (b'{"do": "press"}', None, "press: Object missing required field `id`"),
        (b'{"id": 2, "do": "use-host"}', 2, "use-host: Object missing required field `name`"),
        (
            b'{"id": 2, "do": "use-host", "name": 3}',
            2,
            "use-host: Expected `str`, got `int` - at `$.name`",
        ),
        (
            b'{"id": 2, "do": "press", "hard": true}',
            2,
            "press: Object contains unknown field `hard`",
        ),
        (
            b'{"id": 4, "do": "keys", "strokes": [[4, 0], [40, 0]]}',
            4,
            "keys: Enter, Escape, Backspace and Tab type no text",
        ),
        (
            b'{"id": 4, "do": "keys", "strokes": [[4, 8]]}',
            4,
            "keys: Invalid enum value 8 - at `$.strokes[0][1]`",
        ),
    ],
)
def test_a_line_that_is_no_request_is_answered_with_the_reason(line, request_id, reason):
    assert complaint(line) == (request_id, reason)


def test_an_unknown_command_unlike_any_other_is_answered_with_the_list():
    assert complaint(b'{"id": 1, "do": "zzz"}') == (
        1,
        "no command 'zzz'; there are status, watch, press, release, cancel, listen, type-held, "
        "drop-held, move-held, retry, use-model, use-host, keys",
    )
    assert complaint(b'{"id": 1, "do": ["press"]}')[1].startswith('"do" must be one of status')


def test_nesting_as_deep_as_a_line_allows_is_refused():
    assert complaint(b"[" * (protocol.MAX_REQUEST - 1))[1].startswith("not JSON: ")


def test_answers_and_statuses_read_back_as_they_were_sent():
    line = protocol.encode(protocol.done(7, HOLDING))
    assert line.endswith(b"}\n")
    assert msgspec.json.decode(line, type=Reply) == Reply(id=7, ok=True, status=HOLDING)
    line = protocol.encode(protocol.refused(None, "no"))
    assert msgspec.json.decode(line) == {"id": None, "ok": False, "error": "no"}


def test_a_status_without_text_counts_it_and_holds_none_of_it():
    bare = without_text(HOLDING)
    assert (bare.held.characters, bare.held.pieces, bare.held.doubtful) == (11, 2, 1)
    assert b"text" not in protocol.encode(bare)
    assert b"hello" not in protocol.encode(bare)


def test_repr_and_the_words_for_people_hold_nothing_that_was_spoken():
    assert "hello" not in repr(HOLDING)
    assert "hello" not in in_words(HOLDING)


def test_a_status_in_words_names_only_what_is_going_on():
    assert in_words(IDLE) == "idle · box up · tiny.en-short ready"
    busy = Status(
        capture="open",
        host="box",
        hosts=("box",),
        link=Link.ASLEEP,
        model=ModelStatus(name="other", state="failed", reason="get it anew", next="base"),
        dictation=3,
        in_flight=1,
        failed=2,
        typing=True,
        held=HeldStatus(characters=1, pieces=1, doubtful=1),
        fault="no microphone",
    )
    assert in_words(busy) == (
        "listening · box asleep · other failed, then base: get it anew · recognising 1 phrase · "
        "typing · held 1 character in 1 piece, 1 in doubt · 2 phrases failed · fault: no microphone"
    )


LOUDER = "speak closer to the microphone, or raise its level with alsamixer"
SOFTER = "speak further from the microphone, or lower its level with alsamixer"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"too_quiet": 1}, f"1 phrase too quiet: {LOUDER}"),
        ({"clipped": 2}, f"2 phrases clipped: {SOFTER}"),
        (
            {"too_quiet": 3, "clipped": 1},
            f"3 phrases too quiet: {LOUDER} · 1 phrase clipped: {SOFTER}",
        ),
        ({"wordless": True}, f"no words heard: if you spoke, {LOUDER}"),
    ],
)
def test_a_status_in_words_says_what_to_do_about_the_loudness(changes, words):
    status = msgspec.structs.replace(IDLE, **changes)
    assert in_words(status) == f"idle · box up · tiny.en-short ready · {words}"
