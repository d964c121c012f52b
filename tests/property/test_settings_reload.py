"""What a changed settings file changes in a running device: every key has its rule."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saykey.settings.reload import (
    EFFECTS,
    FirstHostChanged,
    HostAdded,
    HostChanged,
    HostRemoved,
    HostsReordered,
    KeyChanged,
    Part,
    When,
    applied,
    diff,
)
from saykey.settings.schema import HostSettings, RecognizerSettings, Settings

HOSTS = st.lists(
    st.builds(
        HostSettings,
        name=st.sampled_from(["box", "mac", "tv", "pc"]),
        layout=st.sampled_from(["us", "de"]),
        transport=st.sampled_from(["usb:/dev/hidg0", "socket:host.sock"]),
    ),
    min_size=1,
    unique_by=lambda host: host.name,
).map(tuple)

SECTIONS = {
    field.name: field.type for field in msgspec.structs.fields(Settings) if field.name != "host"
}


@st.composite
def files(draw):
    """Settings in which any key may have either of two values."""
    settings = Settings(host=draw(HOSTS))
    for key in draw(st.sets(st.sampled_from(sorted(EFFECTS)))):
        section, _, name = key.partition(".")
        if section != "host":
            changed = msgspec.structs.replace(
                getattr(settings, section), **{name: another(getattr(settings, section), name)}
            )
            settings = msgspec.structs.replace(settings, **{section: changed})
    return settings


def another(section, key):
    """A value other than the present one of a key."""
    value = getattr(section, key)
    return value + 1 if isinstance(value, int | float) else f"{value}?"


def due(changes, when):
    return [change for change in changes if change.when is when]


def test_every_key_of_the_schema_has_its_rule_and_no_other_has_one():
    known = {
        f"{name}.{key}" for name, section in SECTIONS.items() for key in section.__struct_fields__
    }
    hosts = {f"host.{key}" for key in HostSettings.__struct_fields__ if key != "name"}
    assert set(EFFECTS) == known | hosts


def test_every_part_is_built_of_some_key():
    assert {part for _, parts in EFFECTS.values() for part in parts} == set(Part)


@pytest.mark.parametrize("key", [key for key in EFFECTS if not key.startswith("host.")])
def test_a_key_that_changes_is_reported_with_its_parts(key):
    section, _, name = key.partition(".")
    old = getattr(Settings(), section)
    new = msgspec.structs.replace(old, **{name: another(old, name)})
    newest = msgspec.structs.replace(Settings(), **{section: new})
    assert diff(Settings(), newest) == (
        KeyChanged(section, name, getattr(new, name), *EFFECTS[key]),
    )


@given(files())
def test_a_file_that_did_not_change_changes_nothing(settings):
    assert diff(settings, settings) == ()


@given(files(), files())
def test_all_changes_together_make_the_newest_file_run(running, newest):
    assert applied(running, diff(running, newest)) == newest


@given(files(), files())
def test_what_waits_after_the_changes_due_now_is_the_rest_of_them(running, newest):
    changes = diff(running, newest)
    now = due(changes, When.NOW)
    rest = [change for change in changes if change not in now]
    meanwhile = applied(running, now)
    waiting = diff(meanwhile, newest)
    assert not due(waiting, When.NOW)
    assert [change for change in waiting if not isinstance(change, HostsReordered)] == [
        change for change in rest if not isinstance(change, HostsReordered)
    ]


@given(files(), files(), files())
def test_a_newer_change_replaces_one_that_waits(running, waiting, newest):
    meanwhile = applied(running, due(diff(running, waiting), When.NOW))
    changes = diff(meanwhile, newest)
    assert applied(meanwhile, changes) == newest
    assert keys_when_idle(changes) == keys_when_idle(diff(running, newest))


def keys_when_idle(changes):
    return [change for change in due(changes, When.IDLE) if isinstance(change, KeyChanged)]


@given(files(), files())
def test_a_change_taken_back_while_it_waited_is_dropped(running, waiting):
    meanwhile = applied(running, due(diff(running, waiting), When.NOW))
    back = diff(meanwhile, running)
    assert {change.section for change in back if isinstance(change, KeyChanged)} <= {"held"}
    assert not any(isinstance(change, HostAdded | HostChanged) for change in back)


BOX, MAC = HostSettings(name="box"), HostSettings(name="mac", os="macos")


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ((BOX,), (BOX, MAC), [HostAdded(MAC)]),
        ((BOX, MAC), (BOX,), [HostRemoved("mac")]),
        (
            (BOX,),
            (msgspec.structs.replace(BOX, name="pc"),),
            [
                HostAdded(msgspec.structs.replace(BOX, name="pc")),
                HostRemoved("box"),
                FirstHostChanged("pc"),
            ],
        ),
        (
            (BOX, MAC),
            (MAC, BOX),
            [HostsReordered(("mac", "box")), FirstHostChanged("mac")],
        ),
        (
            (BOX,),
            (MAC, BOX),
            [HostAdded(MAC), HostsReordered(("mac", "box")), FirstHostChanged("mac")],
        ),
    ],
)
def test_hosts_are_added_removed_and_put_in_order(before, after, changes):
    assert list(diff(Settings(host=before), Settings(host=after))) == changes


def test_a_host_of_the_same_name_names_the_parts_to_rebuild():
    german = msgspec.structs.replace(BOX, layout="de", caps="leave")
    elsewhere = msgspec.structs.replace(BOX, transport="socket:host.sock")
    assert diff(Settings(host=(BOX,)), Settings(host=(german,))) == (
        HostChanged(german, (Part.TYPIST,)),
    )
    assert diff(Settings(host=(BOX,)), Settings(host=(elsewhere,))) == (
        HostChanged(elsewhere, (Part.TRANSPORT, Part.TYPIST)),
    )


def test_a_model_or_host_chosen_while_running_stays_until_the_file_names_another():
    running = Settings(host=(BOX, MAC))
    other = msgspec.structs.replace(
        running,
        recognizer=RecognizerSettings(doubtful="hold"),
        host=(msgspec.structs.replace(BOX, layout="de"), MAC),
    )
    changes = diff(running, other)
    assert not any(isinstance(change, FirstHostChanged) for change in changes)
    assert not any(Part.MODEL in getattr(change, "parts", ()) for change in changes)
    named = msgspec.structs.replace(
        other, recognizer=RecognizerSettings(model="base"), host=(MAC, BOX)
    )
    lapse = diff(other, named)
    assert FirstHostChanged("mac") in lapse
    assert KeyChanged("recognizer", "model", "base", When.IDLE, (Part.MODEL,)) in lapse
