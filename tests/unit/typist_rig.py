"""A typist for tests, its orders, and its reports apart from where pieces begin and end."""

from dataclasses import dataclass, field

from story import inserting

from saykey.effects import TypeEdits
from saykey.events import Event, TypingAdvanced, TypingPlanned, TypingStopped
from saykey.flow import Press, Stroke, inserted
from saykey.keyboard.layouts import Layout
from saykey.keyboard.profile import Profile
from saykey.keyboard.reports import Planner
from saykey.keyboard.typist import Typist
from saykey.settings.schema import HostSettings

HOST = HostSettings()


def typist_on(transport, layout: Layout, clock, post, profile: Profile | None = None) -> Typist:
    """A typist with this layout and profile, whatever the settings of its host say."""
    planner = Planner(layout, profile or Profile())
    return Typist(transport, HOST, clock, post, planner_of=lambda _host: planner)


def to_type(piece: int, text: str) -> TypeEdits:
    """The order to type this text."""
    return TypeEdits(piece, HOST.name, HOST, inserting(text))


def to_press(piece: int, *strokes: Stroke) -> TypeEdits:
    """The order to press these chords."""
    return TypeEdits(piece, HOST.name, HOST, tuple(map(Press, strokes)))


def stopped(piece: int, *, typed: str, doubtful: str, rest: str, reports: int = 0) -> TypingStopped:
    """The end of a text that was cut short."""
    return TypingStopped(piece, *map(inserting, (typed, doubtful, rest)), reports=reports)


def texts_of(end: TypingStopped) -> tuple[str, str, str]:
    """The texts that were typed, are in doubt, and are left."""
    return inserted(end.typed), inserted(end.doubtful), inserted(end.rest)


@dataclass
class News:
    """Receives a typist's reports: ``told`` has all, ``posted`` the beginnings and the ends."""

    told: list[Event] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        self.told.append(event)

    @property
    def posted(self) -> list[Event]:
        return [each for each in self.told if not isinstance(each, TypingPlanned | TypingAdvanced)]

    @property
    def planned(self) -> list[TypingPlanned]:
        return [event for event in self.told if isinstance(event, TypingPlanned)]

    @property
    def advanced(self) -> list[TypingAdvanced]:
        return [event for event in self.told if isinstance(event, TypingAdvanced)]
