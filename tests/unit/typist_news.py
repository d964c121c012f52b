"""What a typist tells while it works, apart from where its pieces begin and end."""

from dataclasses import dataclass, field

from saykey.events import Event, TypingAdvanced, TypingPlanned


@dataclass
class News:
    """Hand it to a typist: ``told`` is all it told, ``posted`` the beginnings and the ends."""

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
