"""Silence, doubt and speed: what the scores of single phrases say about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from saykey.measure.report.svg import Curve, curves
from saykey.recognizer.whisper import guards, speed
from voices import curves as cv
from voices import material as m
from voices.engine import Piece, pieces
from voices.report import Section, picture, table
from voices.same import same

SILENCE, DOUBT, SPEED = "Silence", "Doubtful texts", "Speed of speech"

_HALVES = (("looked at", True), ("other half", False))
_LOST = 10
"""Per cent of the speech lost up to which curves are drawn."""


def silence(models: Sequence[str], cache: Path) -> Section:
    """Gate and no-speech probability, for the model in use and others to compare."""
    texts, pictures = [], {}
    for number, model in enumerate(models):
        found = pieces(model, cache)
        knows = number == 0
        name = "silence" if knows else f"silence-{number}"
        pictures[name] = _silence_curves(model, found, knows=knows)
        title = f"Speech lost against noise let through, {model}"
        texts += [f"### {model}", _silence_table(found, knows=knows), picture(name, title)]
    chosen = (
        f"A phrase is recognised from a gate's score of {guards.FAINT} on if its model was taught "
        f"silence, and from {guards.SPEECH} on otherwise. Such a model then drops it if its "
        f"no-speech probability is at least {guards.SILENT}, or at least the gate's score where "
        "that is lower. Of the lines below the chosen one lets hardly more through than the gate "
        "at 0.5 with the model, and loses fewer words. Music on hold and made noise stay out with "
        "every line but the gate alone. The effects that come through sound like a voice: groans, "
        "growls, and a voice on the radio from the moon. Cries by human voices are neither speech "
        "nor noise and are shown apart."
    )
    lines = _lines_table(pieces(models[0], cache))
    texts += [f"### Lines compared, {models[0]}", chosen, lines]
    return Section(SILENCE, "\n\n".join(texts), pictures)


def _is_dropped(piece: Piece, *, knows: bool) -> bool:
    if guards.is_gated(piece.gate, knows_silence=knows):
        return True
    if knows:
        return guards.is_silent(piece.no_speech, piece.gate)
    return guards.is_empty("a", probability=piece.probability, no_speech=piece.no_speech)


def _silence_table(found: Sequence[Piece], *, knows: bool) -> str:
    def dropped(piece: Piece) -> bool:
        return _is_dropped(piece, knows=knows) or not piece.text.strip(" .")

    rows = []
    for kinds, what, is_fault in (
        (m.SPEECH, "lost", dropped),
        ((*m.NOISE, m.CRY), "let through", lambda piece: not dropped(piece)),
    ):
        for kind in kinds:
            for half, looked_at in _HALVES:
                some = [p for p in found if p.kind == kind and p.looked_at is looked_at]
                rows.append((kind, half, f"{what}: {cv.share(some, is_fault)}"))
    return table(("material", "half", "phrases"), rows)


def _lines_table(found: Sequence[Piece]) -> str:
    """Other rules for what is speech, on all pieces."""
    lines: dict[str, Callable[[Piece], bool]] = {
        "gate >= 0.5": lambda p: p.gate >= guards.SPEECH,
        "no-speech < 0.55": lambda p: p.no_speech < guards.SILENT,
        "gate >= 0.5, no-speech < 0.55": lambda p: (
            p.gate >= guards.SPEECH and p.no_speech < guards.SILENT
        ),
        "gate >= 0.3, no-speech < 0.55": lambda p: (
            p.gate >= guards.FAINT and p.no_speech < guards.SILENT
        ),
        "chosen": lambda p: not _is_dropped(p, knows=True),
    }
    rows = []
    for name, is_speech in lines.items():
        row: list[object] = [name]
        for half in (True, False):
            some = [p for p in found if p.looked_at is half]
            speech = [p for p in some if p.kind in m.SPEECH]
            noise = [p for p in some if p.kind in m.NOISE]
            row.append(cv.share(speech, lambda p, is_speech=is_speech: not is_speech(p)))
            row.append(cv.share(noise, is_speech))
        rows.append(row)
    head = ("line", *(f"{what}, {half}" for half, _ in _HALVES for what in ("lost", "let through")))
    return table(head, rows)


def _silence_curves(model: str, found: Sequence[Piece], *, knows: bool) -> str:
    looked_at = [piece for piece in found if piece.looked_at]
    speech = [piece for piece in looked_at if piece.kind in m.SPEECH]
    noise = [piece for piece in looked_at if piece.kind in m.NOISE]
    ways: tuple[tuple[str, Callable[[Piece], float]], ...] = (
        ("gate", lambda piece: piece.gate),
        ("no-speech", lambda piece: -piece.no_speech),
        ("gate - no-speech", lambda piece: piece.gate - piece.no_speech),
    )
    lines = []
    for name, score in ways:
        mine, other = [score(piece) for piece in speech], [score(piece) for piece in noise]
        points = tuple(point for point in cv.trade_off(mine, other) if point[0] <= _LOST)
        lines.append(Curve(f"{name}, area {cv.area(mine, other):.4f}", points))
    lost = cv.share(speech, lambda piece: _is_dropped(piece, knows=knows)).percent
    through = cv.share(noise, lambda piece: not _is_dropped(piece, knows=knows)).percent
    lines.append(Curve("chosen", cv.cross((lost, through), 0.4, 4)))
    return curves(f"Noise let through: {model}", "% of speech lost (half looked at)", lines)


def doubt(models: Sequence[str], cache: Path) -> Section:
    """The mean probability of right and wrong texts."""
    found = [p for p in pieces(models[0], cache) if p.said and p.whole and p.text]
    found = [p for p in found if not _is_dropped(p, knows=True)]
    limits = [step / 50 for step in range(51)]
    one, six = guards.least_probability("a"), guards.least_probability("a a a a a a")
    lines, rows = [], []
    for length, is_short in (("one or two words", True), ("three words and more", False)):
        for kind, is_right in (("right", True), ("wrong", False)):
            some = [
                p
                for p in found
                if (len(p.said.split()) <= 2) is is_short and same(p.said, p.text) is is_right
            ]
            name = f"{kind}, {length}"
            values = [p.probability for p in some if p.looked_at]
            lines.append(Curve(name, cv.below(values, limits)))
            for half, looked_at in _HALVES:
                part = [p for p in some if p.looked_at is looked_at]
                rows.append((name, half, cv.share(part, _is_improbable)))
    for name, limit in (("one word", one), ("six words", six)):
        lines.append(Curve(f"chosen for {name}: {limit:.2f}", ((limit, 0), (limit, 100))))
    text = [
        table(("texts", "half", "called doubtful"), rows),
        picture("doubt", "Share of right and wrong texts below each probability"),
        f"A text is doubtful below a mean token probability of {one:.2f} for one word, rising to "
        f"{six:.2f} for six words and more. The higher the limit, the more wrong texts are caught, "
        "but right short texts are improbable too.",
    ]
    svg = curves("Texts below a probability (half looked at)", "mean token probability", lines)
    return Section(DOUBT, "\n\n".join(text), {"doubt": svg})


def _is_improbable(piece: Piece) -> bool:
    return piece.probability < guards.least_probability(piece.text)


def rate(models: Sequence[str], cache: Path) -> Section:
    """Syllables a second of right texts, against the limits of the guards."""
    found = [p for p in pieces(models[0], cache) if p.said and p.whole and p.text]
    right = [p for p in found if same(p.said, p.text)]
    rates = [speed.syllables(p.text) / p.seconds for p in right]
    long = [p for p in right if p.seconds >= 6]
    rates_of_long = [speed.syllables(p.text) / p.seconds for p in long]
    fastest, slowest = _limits()
    limits = [step / 10 for step in range(101)]
    lines = [
        Curve(f"all {len(right)}", cv.below(rates, limits)),
        Curve(f"{len(long)} of 6 s and more", cv.below(rates_of_long, limits)),
        Curve(f"slowest, {slowest:g}", ((slowest, 0), (slowest, 100))),
        Curve(f"fastest, {fastest:g}", ((fastest, 0), (fastest, 100))),
    ]
    text = [
        table(
            ("right texts", "number", "slowest", "fastest", "called impossible or too little"),
            [
                _row("all", right, rates),
                _row("of 6 s and more", long, rates_of_long),
            ],
        ),
        picture("speed", "Right texts slower than a speed"),
        f"More than {fastest:g} syllables a second, and two more, are impossible; so a decoder's "
        f"loop is caught. Fewer than {slowest:g} in a phrase of 6 s and more are too few.",
    ]
    svg = curves("Right texts slower than a speed", "syllables a second", lines)
    return Section(SPEED, "\n\n".join(text), {"speed": svg})


def _row(name: str, found: Sequence[Piece], rates: Sequence[float]) -> tuple[object, ...]:
    def caught(p: Piece) -> bool:
        return speed.too_much(p.text, p.seconds) or speed.too_little(p.text, p.seconds)

    slow, fast = min(rates, default=0), max(rates, default=0)
    return name, len(found), f"{slow:.1f}", f"{fast:.1f}", cv.share(found, caught)


def _limits() -> tuple[float, float]:
    """The guards' fastest and slowest, in syllables a second."""
    many = range(1, 10_000)
    most = next(n for n in many if speed.too_much("a " * n, 100))
    least = next(n for n in many if not speed.too_little("a " * n, 100))
    return round((most - 3) / 100, 2), least / 100
