"""The settings as frozen typed values, with all defaults.

The types contain the ranges, so that messages can name them. The docstring of a section documents
its keys, one ``key: text`` each. `saykey.settings.text.document` writes these texts to
docs/settings.md. `saykey.settings.load` reads the values from a file.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

UNICODE_METHODS = {
    "linux": ("ctrl+shift+u",),
    "windows": ("alt+numpad", "wincompose"),
    "macos": ("hex-input",),
}
"""How each system can type characters by their numbers, if the user has set it up there."""


_PRINTABLE = r"[^\x00-\x1f\x7f-\x9f]"
"""A printable character. No path of a device or socket needs others, and most calls refuse NUL."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the settings file. Unknown keys are refused."""


class ButtonSettings(_Section, frozen=True):
    """The button.

    mode: With "hold" the device listens while the button is down. With "toggle" a tap starts
        listening and a second tap ends it.
    gpio: The BCM number of the pin that the button pulls to ground.
    tap_ms: A press shorter than this is a tap, in milliseconds.
    bounce_ms: How long a contact must be steady before an edge counts, in milliseconds.
    """

    mode: Literal["hold", "toggle"] = "hold"
    gpio: Annotated[int, Meta(ge=0, le=27)] | None = None
    tap_ms: Annotated[int, Meta(ge=50, le=1000)] = 300
    bounce_ms: Annotated[int, Meta(ge=0, le=100)] = 10


class MicrophoneSettings(_Section, frozen=True):
    """The source of sound.

    source: An ALSA capture device as listed by `arecord -L`, or a recording. A recording is played
        once each time the microphone is opened.
    pre_roll_ms: How much sound from before the press is used, in milliseconds.
    post_roll_ms: How much sound from after the release is used if the user is still speaking, in
        milliseconds.
    """

    source: Annotated[
        str,
        Meta(pattern=rf"^(alsa|file):{_PRINTABLE}+\Z", description='"alsa:DEVICE" or "file:PATH"'),
    ] = "alsa:default"
    pre_roll_ms: Annotated[int, Meta(ge=0, le=2000)] = 300
    post_roll_ms: Annotated[int, Meta(ge=0, le=1000)] = 200


class SpeechSettings(_Section, frozen=True):
    """When a phrase begins and ends.

    aggressiveness: How easily sound is classified as noise, from 0 (least) to 3 (most).
    onset_ms: A phrase begins after this much uninterrupted voice, in milliseconds.
    pre_roll_ms: How much sound from before the onset belongs to the phrase, in milliseconds.
    pause_ms: After a pause this long the phrase may be complete, in milliseconds. If speech
        continues, it is not. Must be shorter than hang_over_ms.
    hang_over_ms: A pause this long ends the phrase, in milliseconds.
    longest_s: A phrase is cut at its quietest place before it is longer than this, in seconds.
        Whisper recognises at most 30 s at once.
    """

    aggressiveness: Annotated[int, Meta(ge=0, le=3)] = 2
    onset_ms: Annotated[int, Meta(ge=20, le=500)] = 60
    pre_roll_ms: Annotated[int, Meta(ge=0, le=1000)] = 300
    pause_ms: Annotated[int, Meta(ge=100, le=2000)] = 260
    hang_over_ms: Annotated[int, Meta(ge=200, le=5000)] = 700
    longest_s: Annotated[float, Meta(ge=5, le=29)] = 25.0


class RecognizerSettings(_Section, frozen=True):
    """Speech recognition.

    model: The model to use: a name from the catalogue, or the path of a file.
    language: The language that is spoken, as an ISO 639-1 code, or several separated by commas.
        With several, the language of each phrase is detected among them.
    threads: How many threads the engine uses. 0 means one less than the number of cores.
    speculate: Start to recognise at a short pause, so that the text is ready sooner.
    gate: Recognise a phrase only if a second detector (Silero) finds speech in it.
    doubtful: What to do with doubtful text: type it, hold it until you ask for it, or drop it.
    vocabulary: Names and words that the engine should spell correctly, separated by commas.
    """

    model: Annotated[str, Meta(pattern=rf"^{_PRINTABLE}+\Z", min_length=1)] = "tiny.en-short"
    language: Annotated[
        str,
        Meta(
            pattern="^[a-z]{2,3}( *, *[a-z]{2,3})*$",
            description='a language code such as "en", or several such as "en, de"',
        ),
    ] = "en"
    threads: Annotated[int, Meta(ge=0, le=64)] = 0
    speculate: bool = True
    gate: bool = True
    doubtful: Literal["type", "hold", "drop"] = "type"
    vocabulary: str = ""


class TextSettings(_Section, frozen=True):
    """How texts are joined.

    join_s: A dictation that begins within this many seconds after the previous one continues its
        text.
    """

    join_s: Annotated[float, Meta(ge=0, le=3600)] = 30.0


class HostSettings(_Section, frozen=True):
    """A computer to type to. Write one [[host]] for each. The first one is used at the start.

    name: Its name on the display, in messages and for `saykey use-host`. No two hosts may have the
        same name.
    transport: The device file of the USB gadget, or the socket of a simulated host.
    os: Its operating system. The same layout name may stand for other keys on another system.
    layout: The keyboard layout that is set there, by its name in xkeyboard-config, such as "de" or,
        with a variant, "de+nodeadkeys".
    pace: With "wire" keys are sent as fast as the host polls. Only Linux on a cable types them
        correctly. With "safe" modifiers are sent in reports of their own, with gaps. "slow" is for
        remote desktops and KVM switches. "human" is for programs that refuse very fast typing.
    unicode: How to type characters that the layout lacks. On linux "ctrl+shift+u" works in programs
        that use GTK or IBus. On windows "alt+numpad" types characters of code page 1252 and needs
        Num Lock on. "wincompose" needs WinCompose with Right Alt as its Compose key. On macos
        "hex-input" needs the input source Unicode Hex Input, which has the keys of "us". With
        "none" the most similar characters are typed instead.
    newline: The key for a new line. "enter" sends the message in most chat programs. With "none" a
        space is typed.
    caps: With "fix", if the host reports that Caps Lock is on, it is switched off while text is
        typed, and on again afterwards.
    transliterate: Type text in a script that the layout lacks with the letters that it has, such as
        Cyrillic with Latin letters. If false, a placeholder is typed for each character.
    """

    name: Annotated[str, Meta(pattern=rf"^{_PRINTABLE}+\Z", min_length=1, max_length=16)] = (
        "computer"
    )
    transport: Annotated[
        str,
        Meta(
            pattern=rf"^(usb|socket):{_PRINTABLE}+\Z", description='"usb:DEVICE" or "socket:PATH"'
        ),
    ] = "usb:/dev/hidg0"
    os: Literal["linux", "windows", "macos"] = "linux"
    layout: Annotated[str, Meta(pattern=rf"^{_PRINTABLE}+\Z", min_length=1)] = "us"
    pace: Literal["wire", "safe", "slow", "human"] = "safe"
    unicode: Literal["none", "ctrl+shift+u", "alt+numpad", "wincompose", "hex-input"] = "none"
    newline: Literal["enter", "shift+enter", "none"] = "enter"
    caps: Literal["fix", "leave"] = "fix"
    transliterate: bool = True


class PanelSettings(_Section, frozen=True):
    """What shows the state: a display on I2C and an LED.

    display: The controller of the display, or "none".
    i2c_port: The number of the display's I2C bus.
    i2c_address: The display's address on the bus. Nearly all have 0x3C (60) or 0x3D (61).
    led_gpio: The BCM number of the pin that feeds the LED.
    """

    display: Literal["none", "ssd1306", "sh1106"] = "none"
    i2c_port: Annotated[int, Meta(ge=0, le=22)] = 1
    i2c_address: Annotated[int, Meta(ge=0x03, le=0x77)] = 0x3C
    led_gpio: Annotated[int, Meta(ge=0, le=27)] | None = None


class ControlSettings(_Section, frozen=True):
    """The control socket, by which programs on the device talk to saykey.

    socket: The path of the control socket; its directory must exist.
    """

    socket: Annotated[
        str,
        Meta(pattern=rf"^{_PRINTABLE}+\Z", min_length=1, max_length=100, description="a path"),
    ] = "/run/saykey/control.sock"


class HeldSettings(_Section, frozen=True):
    """Held text: text that could not be typed yet.

    mirror: A file with a copy of the held text, which is restored after a crash of saykey. It must
        be in memory, below /run, so that no spoken text is written to the card. "" keeps no copy.
    """

    mirror: Annotated[
        str,
        Meta(pattern=rf"^{_PRINTABLE}*\Z", max_length=200, description="a path, or nothing"),
    ] = "/run/saykey/held.json"


class Settings(_Section, frozen=True):
    """The whole file. ``host`` is a list of tables. The first one is used at the start."""

    button: ButtonSettings = ButtonSettings()
    microphone: MicrophoneSettings = MicrophoneSettings()
    speech: SpeechSettings = SpeechSettings()
    recognizer: RecognizerSettings = RecognizerSettings()
    text: TextSettings = TextSettings()
    host: tuple[HostSettings, ...] = (HostSettings(),)
    panel: PanelSettings = PanelSettings()
    control: ControlSettings = ControlSettings()
    held: HeldSettings = HeldSettings()
