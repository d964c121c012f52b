"""Draw docs/images/dictation.png: a dictation's speech, and when its text arrived on the host.

The times are measured.
"""

import asyncio
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from saykey.audio.files import read_pcm16
from saykey.audio.recording import RecordingMicrophone
from saykey.cli.demo import bundled
from saykey.clock import MonotonicClock
from saykey.flow import SAMPLE_RATE
from saykey.panel.picture import enlarge
from saykey.settings.schema import HostSettings, MicrophoneSettings, Settings
from saykey.simulated.session import Session, dictate

PAGE = Path(__file__).parents[1] / "docs" / "images" / "dictation.png"

WIDTH, HEIGHT, LEFT, RIGHT = 1600, 740, 60, 40
BOTTOM = 480
COLUMN, GAP, LINE = 200, 14, 22
"""The least width of a column of text, the space between columns, the height of a line."""

SCALE = 2  # drawn twice as large, for smooth lines
PAPER, INK, FAINT = "#fbfaf7", "#22272e", "#8a919c"
VOICE, BAND, TEXT = "#3b6ea8", "#e3edf7", "#b4531f"

TOGETHER_S = 0.3
"""Text that arrives within this time belongs to one piece."""


@dataclass(frozen=True)
class Arrival:
    """Text that arrived on the host, ``at_s`` seconds after the press."""

    at_s: float
    text: str


def perform() -> tuple[Session, list[Arrival], list[Image.Image], float]:
    """Dictate the bundled recording in real time.

    Returns the session, the arrivals, two pictures of the display, and the time of the release in
    seconds.
    """
    clock = MonotonicClock()
    recording, _ = bundled()
    microphone = RecordingMicrophone(recording, clock)
    settings = Settings(
        host=(HostSettings(name="laptop"),), microphone=MicrophoneSettings(pre_roll_ms=0)
    )
    arrivals: list[Arrival] = []
    pictures: list[Image.Image] = []
    began: list[int] = []
    stood = [""]

    def show(session: Session) -> None:
        if session.device.hearing.started and not began:
            began.append(clock.now())
        text = session.host.text
        if text == stood[0]:
            return
        at_s = (clock.now() - began[0]) / 1e9
        if arrivals and at_s - arrivals[-1].at_s < TOGETHER_S:
            arrivals[-1] = Arrival(arrivals[-1].at_s, arrivals[-1].text + text[len(stood[0]) :])
        else:
            arrivals.append(Arrival(at_s, text[len(stood[0]) :]))
        stood[0] = text
        if len(arrivals) == 3 and not pictures and session.picture is not None:
            pictures.append(session.picture)

    async def until() -> None:
        while not microphone.ended:
            await clock.sleep_until(clock.now() + 20_000_000)

    session = asyncio.run(dictate(settings, clock, microphone, until, show))
    if session.picture is not None:
        pictures.append(session.picture)
    released = (session.latency.released or began[0]) - began[0]
    return session, arrivals, pictures, released / 1e9


class Chart:
    """A time line with the audio on top and the host's text below."""

    def __init__(self, seconds: float) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
        self._pen = ImageDraw.Draw(self.image)
        self._seconds = seconds

    def x(self, at_s: float) -> float:
        """The x coordinate of a second of the recording."""
        return LEFT + (WIDTH - LEFT - RIGHT) * at_s / self._seconds

    def text(self, x: float, y: float, text: str, size: int, fill: str = INK) -> None:
        """Draw a text from this upper left corner."""
        font = ImageFont.load_default(size * SCALE)
        self._pen.text((x * SCALE, y * SCALE), text, fill, font)

    def width(self, text: str, size: int) -> float:
        """The width of a text."""
        return ImageFont.load_default(size * SCALE).getlength(text) / SCALE

    def box(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        """Fill a rectangle."""
        corners = tuple(edge * SCALE for edge in (left, top, right, bottom))
        self._pen.rectangle(corners, fill)

    def upright(self, x: float, top: float, bottom: float, fill: str, width: int = 1) -> None:
        """Draw a vertical line."""
        ends = (x * SCALE, top * SCALE, x * SCALE, bottom * SCALE)
        self._pen.line(ends, fill, width * SCALE)

    def paste(self, picture: Image.Image, x: int, y: int) -> None:
        """Paste a picture that is drawn SCALE times as large."""
        self.image.paste(picture, (x * SCALE, y * SCALE))

    def save(self, path: Path) -> None:
        """Write the chart at its final size."""
        path.parent.mkdir(parents=True, exist_ok=True)
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        small.save(path, optimize=True)


def draw() -> None:
    """Measure and draw."""
    session, arrivals, pictures, released_s = perform()
    samples = np.frombuffer(read_pcm16(bundled()[0]), "<i2").astype(np.float64) / 32768
    chart = Chart(len(samples) / SAMPLE_RATE + 0.6)
    chart.text(LEFT, 22, "One press of the button: speak, pause to think, speak on, release", 30)
    _voice(chart, samples, session, released_s)
    _texts(chart, arrivals)
    _bottom(chart, session, pictures)
    chart.save(PAGE)
    print(PAGE)


def _voice(chart: Chart, samples: np.ndarray, session: Session, released_s: float) -> None:
    middle, half = 190, 80
    for phrase in session.phrases:
        chart.box(chart.x(phrase.begin_s), 100, chart.x(phrase.end_s), 280, BAND)
    columns = int(chart.x(len(samples) / SAMPLE_RATE) - LEFT)
    peaks = [np.abs(part).max() for part in np.array_split(samples, columns)]
    top = max(peaks)
    for column, peak in enumerate(peaks):
        tall = max(0.6, half * peak / top)
        chart.upright(LEFT + column, middle - tall, middle + tall, VOICE)
    chart.text(LEFT, 74, "the microphone hears (shaded: the phrases that are cut out)", 18, FAINT)
    chart.upright(chart.x(released_s), 100, 282, TEXT, 2)
    chart.text(chart.x(released_s) - 74, 74, "release", 18, TEXT)


def _texts(chart: Chart, arrivals: list[Arrival]) -> None:
    chart.text(LEFT, 300, "the host's screen gets", 18, FAINT)
    bottom, right = 0.0, 0.0
    for arrival, following in zip_longest(arrivals, arrivals[1:]):
        x = chart.x(arrival.at_s)
        end = chart.x(following.at_s) if following else WIDTH - RIGHT
        left = min(x, WIDTH - RIGHT - COLUMN)
        top = bottom + LINE / 2 if left < right else 308.0
        right = max(end - GAP, left + COLUMN)
        chart.upright(x, 284, top + LINE / 2, TEXT)
        seconds = f"{arrival.at_s:.1f} s"
        beside = 4 if left == x else -4 - chart.width(seconds, 14)
        chart.text(x + beside, 284, seconds, 14, TEXT)
        lines = _wrapped(chart, arrival.text.split(), right - left)
        for row, line in enumerate(lines):
            chart.text(left + 5, top + LINE * row, line, 17, INK)
        bottom = top + LINE * len(lines)


def _wrapped(chart: Chart, words: list[str], width: float) -> list[str]:
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and chart.width(longer, 17) > width - GAP:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _bottom(chart: Chart, session: Session, pictures: list[Image.Image]) -> None:
    chart.text(LEFT, BOTTOM, "the device's display: while speaking, and at the end", 18, FAINT)
    for place, picture in enumerate(pictures):
        chart.paste(enlarge(picture, 3 * SCALE), LEFT + 420 * place, BOTTOM + 34)
    x = LEFT + 420 * 2 + 20
    latency = session.latency
    figures = [
        ("from release to the last transcript", latency.release_to_transcript_ms),
        ("from release to the first report", latency.release_to_first_report_ms),
        ("from release to the last report", latency.release_to_last_report_ms),
    ]
    chart.text(x, BOTTOM, "measured in this run, on a PC", 18, FAINT)
    for row, (name, value) in enumerate(figures):
        chart.text(x, BOTTOM + 44 + 36 * row, f"{value or 0:5.0f} ms", 24, INK)
        chart.text(x + 120, BOTTOM + 47 + 36 * row, name, 20, INK)
    chart.text(x, BOTTOM + 44 + 36 * 3, f"{session.reports:5d}", 24, INK)
    chart.text(x + 120, BOTTOM + 47 + 36 * 3, "HID reports of 8 bytes", 20, INK)


if __name__ == "__main__":
    draw()
