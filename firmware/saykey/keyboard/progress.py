"""Tracks how much of a piece the host has accepted, and builds the event that ends it."""

from dataclasses import dataclass

from saykey.effects import TypeEdits
from saykey.events import TypingFinished, TypingStopped
from saykey.flow import Edits, Substitution
from saykey.keyboard.reports import Plan, begun, completed, safe_stop, substitutions_within
from saykey.keyboard.units import split


@dataclass(slots=True)
class Progress:
    """A piece being typed: ``sent`` reports of ``plan`` were accepted, the last at ``progress_at``.

    The plan is for the rest of the edits: earlier plans did ``done_before`` units, with the
    substitutions ``substituted``. ``others`` counts accepted reports outside this plan: those of
    earlier plans, and taps of Caps Lock. ``unsure``: one more report may have been accepted, or may
    still be. Progress was last reported to the device state at ``told_at`` (ns).
    """

    effect: TypeEdits
    plan: Plan
    progress_at: int
    told_at: int
    sent: int = 0
    done_before: int = 0
    substituted: tuple[Substitution, ...] = ()
    others: int = 0
    lost: bool = False
    unsure: bool = False

    @property
    def reports(self) -> int:
        """How many reports were accepted in all."""
        return self.sent + self.others

    @property
    def whole(self) -> bool:
        """Whether all of the edits are done."""
        return self.sent == len(self.plan.reports)

    def accepted(self, at: int, *, planned: bool) -> None:
        """Record that one more report was accepted at this time (ns)."""
        self.unsure = False
        self.progress_at = at
        if planned:
            self.sent += 1
        else:
            self.others += 1

    @property
    def done(self) -> int:
        """How many units of the edits are done."""
        return self.done_before + completed(self.plan, self.sent)

    def may_stop(self) -> bool:
        """Whether typing may stop here: some edits are left, and no unit is half done."""
        plan, sent = self.plan, self.sent
        return completed(plan, sent) < len(plan.units) and safe_stop(plan, sent) == sent

    def rest(self) -> Edits:
        """The edits for which no report was sent yet."""
        return split(self.effect.edits, self.done_before + begun(self.plan, self.sent))[1]

    def go_on_with(self, plan: Plan) -> None:
        """Continue with this plan, which must be one for ``rest()``."""
        done = completed(self.plan, self.sent)
        self.done_before += done
        self.substituted += substitutions_within(self.plan, done)
        self.others += self.sent
        self.plan = plan
        self.sent = 0

    def outcome(self, in_doubt: int) -> TypingFinished | TypingStopped:
        """The event to post when work on the piece has ended.

        ``in_doubt``: see ports.Transport. Between two changes of the plan, more reports are sent
        than can be in doubt, so what earlier plans typed is certain.
        """
        plan, sent = self.plan, self.sent
        number = self.effect.piece
        if self.whole:
            made = self.substituted + plan.substitutions
            return TypingFinished(number, self.reports, made)
        if self.lost:
            typed = completed(plan, max(0, sent - in_doubt))
            touched = begun(plan, sent + self.unsure)
        else:
            typed = touched = completed(plan, sent)
        done, left = split(self.effect.edits, self.done_before + typed)
        doubtful, rest = split(left, touched - typed)
        return TypingStopped(
            number,
            typed=done,
            doubtful=doubtful,
            rest=rest,
            reports=self.reports,
            substitutions=self.substituted + substitutions_within(plan, touched),
        )
