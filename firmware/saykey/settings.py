"""The settings: one TOML file becomes frozen typed values, every default stated here.

`load` is the only reader. Ranges stand in the types, so that a message can name them.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the settings file: unknown keys are refused."""


class ButtonSettings(_Section, frozen=True):
    """``hold``: listen while the button is down; ``toggle``: a tap starts, a tap ends."""

    mode: Literal["hold", "toggle"] = "hold"
    gpio: Annotated[int, Meta(ge=0, le=27)] | None = None
    tap_ms: Annotated[int, Meta(ge=50, le=1000)] = 300
    bounce_ms: Annotated[int, Meta(ge=0, le=100)] = 10


class MicrophoneSettings(_Section, frozen=True):
    """``source`` is "alsa:DEVICE" or "file:PATH" (a recording, played once per opening)."""

    source: Annotated[str, Meta(pattern="^(alsa|file):.+$")] = "alsa:default"
    pre_roll_ms: Annotated[int, Meta(ge=0, le=2000)] = 300
    post_roll_ms: Annotated[int, Meta(ge=0, le=1000)] = 200


class SpeechSettings(_Section, frozen=True):
    """When a phrase begins and ends. ``pause_ms``: tentative end; ``hang_over_ms``: real end."""

    aggressiveness: Annotated[int, Meta(ge=0, le=3)] = 2
    onset_ms: Annotated[int, Meta(ge=20, le=500)] = 60
    pre_roll_ms: Annotated[int, Meta(ge=0, le=1000)] = 300
    pause_ms: Annotated[int, Meta(ge=100, le=2000)] = 260
    hang_over_ms: Annotated[int, Meta(ge=200, le=5000)] = 700
    longest_s: Annotated[float, Meta(ge=5, le=29)] = 25.0


class RecognizerSettings(_Section, frozen=True):
    """``threads`` 0: one less than the cores. ``doubtful``: what to do with doubtful text."""

    model: str = "saykey-demo"
    language: Annotated[str, Meta(pattern="^[a-z]{2,3}$")] = "en"
    threads: Annotated[int, Meta(ge=0, le=64)] = 0
    speculate: bool = True
    doubtful: Literal["type", "hold", "drop"] = "type"
    vocabulary: str = ""


class HostSettings(_Section, frozen=True):
    """One computer. ``transport`` is "usb:DEVICE" or "socket:PATH" (a simulated host)."""

    name: Annotated[str, Meta(min_length=1, max_length=16)] = "computer"
    transport: Annotated[str, Meta(pattern="^(usb|socket):.+$")] = "usb:/dev/hidg0"
    os: Literal["linux", "windows", "macos"] = "linux"
    layout: str = "us"


class PanelSettings(_Section, frozen=True):
    """``display`` "none" for none; the LED's pin is a BCM number."""

    display: Literal["none", "ssd1306", "sh1106"] = "none"
    i2c_port: Annotated[int, Meta(ge=0, le=22)] = 1
    i2c_address: Annotated[int, Meta(ge=0x03, le=0x77)] = 0x3C
    led_gpio: Annotated[int, Meta(ge=0, le=27)] | None = None


class ControlSettings(_Section, frozen=True):
    """Where the control socket stands; its directory must exist."""

    socket: str = "/run/saykey/control.sock"


class TextSettings(_Section, frozen=True):
    """``join_s``: a dictation begun within so many seconds goes on behind the one before."""

    join_s: Annotated[float, Meta(ge=0, le=3600)] = 30.0


class Settings(_Section, frozen=True):
    """The whole file. ``host`` is a list of tables; the first one is used at start."""

    button: ButtonSettings = ButtonSettings()
    microphone: MicrophoneSettings = MicrophoneSettings()
    speech: SpeechSettings = SpeechSettings()
    recognizer: RecognizerSettings = RecognizerSettings()
    text: TextSettings = TextSettings()
    host: tuple[HostSettings, ...] = (HostSettings(),)
    panel: PanelSettings = PanelSettings()
    control: ControlSettings = ControlSettings()
