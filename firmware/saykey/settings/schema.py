"""The settings as frozen typed values, every default stated here.

Ranges stand in the types, so that a message can name them; the docs of a key stand in the docstring
of its section, one ``key: text`` each, and reach docs/settings.md through
`saykey.settings.text.document`. `saykey.settings.load` makes these values of a file.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

UNICODE_METHODS = {
    "linux": ("ctrl+shift+u",),
    "windows": ("alt+numpad", "wincompose"),
    "macos": ("hex-input",),
}
"""The ways of typing characters by their number that each system has, when the user sets it up."""


_PRINTABLE = r"[^\x00-\x1f\x7f-\x9f]"
"""No path of a device or socket has control characters, and most calls refuse a NUL."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the settings file: unknown keys are refused."""


class ButtonSettings(_Section, frozen=True):
    """The one button.

    mode: With "hold" the device listens while the button is down. With "toggle" a tap starts
        listening and a tap ends it.
    gpio: The BCM number of the pin that the button pulls to ground.
    tap_ms: A press no longer than this is a tap, in milliseconds.
    bounce_ms: Contacts are left to settle for this long after an edge, in milliseconds.
    """

    mode: Literal["hold", "toggle"] = "hold"
    gpio: Annotated[int, Meta(ge=0, le=27)] | None = None
    tap_ms: Annotated[int, Meta(ge=50, le=1000)] = 300
    bounce_ms: Annotated[int, Meta(ge=0, le=100)] = 10


class MicrophoneSettings(_Section, frozen=True):
    """Where sound comes from.

    source: An ALSA capture device as `arecord -L` lists it, or a recording that is played once
        each time the microphone is opened.
    pre_roll_ms: Sound from before the press that is still heard, in milliseconds.
    post_roll_ms: Sound from after the release that is still heard if a voice was speaking, in
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

    aggressiveness: How readily sound is taken for noise: 0 hardly ever, 3 most readily.
    onset_ms: This much voice in a row begins a phrase, in milliseconds.
    pre_roll_ms: Sound from before the onset that belongs to the phrase, in milliseconds.
    pause_ms: A pause this long is taken for the end of the phrase until speech goes on, in
        milliseconds. Must be shorter than hang_over_ms.
    hang_over_ms: A pause this long ends the phrase, in milliseconds.
    longest_s: A phrase is cut at its quietest place before it gets longer than this, in seconds.
        Whisper hears at most 30 s at once.
    """

    aggressiveness: Annotated[int, Meta(ge=0, le=3)] = 2
    onset_ms: Annotated[int, Meta(ge=20, le=500)] = 60
    pre_roll_ms: Annotated[int, Meta(ge=0, le=1000)] = 300
    pause_ms: Annotated[int, Meta(ge=100, le=2000)] = 260
    hang_over_ms: Annotated[int, Meta(ge=200, le=5000)] = 700
    longest_s: Annotated[float, Meta(ge=5, le=29)] = 25.0


class RecognizerSettings(_Section, frozen=True):
    """How speech becomes text.

    model: The model to use: a name from the catalogue, or the path of a file.
    language: The language spoken, as an ISO 639-1 code; or several, separated by commas: each
        phrase is then taken to be in the one of these that it sounds most like.
    threads: Threads the engine computes with; 0 is one less than the cores.
    speculate: Recognise at a short pause already, so that text is there sooner.
    gate: Recognise a phrase only if a second detector (Silero) hears speech in it.
    doubtful: What to do with text the guards doubt: type it, hold it until asked for, or drop it.
    vocabulary: Names and words the engine should know how to spell, separated by commas.
    """

    model: Annotated[str, Meta(pattern=rf"^{_PRINTABLE}+\Z", min_length=1)] = "saykey-demo"
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
    """How pieces of text join.

    join_s: A dictation begun within so many seconds of the one before goes on behind it.
    """

    join_s: Annotated[float, Meta(ge=0, le=3600)] = 30.0


class HostSettings(_Section, frozen=True):
    """A computer to type to. The first one is used at start; give one [[host]] for each.

    name: What the display, the messages and `saykey use-host` call it. No two may share one.
    transport: The device file of the USB gadget, or the socket of a simulated host.
    os: What runs there; decides which keys a layout of the same name has.
    layout: The keyboard layout that is set there, as xkeyboard-config names it, such as "de" or
        "de+nodeadkeys" with a variant.
    pace: With "wire" keys come as fast as the host polls, which only Linux on a cable takes. With
        "safe" modifiers come apart and with gaps. "slow" is for remote desktops and KVM switches,
        "human" for programs that refuse what no hand could type.
    unicode: How to type characters the layout lacks. On linux "ctrl+shift+u" works where programs
        use GTK or IBus. On windows "alt+numpad" types characters of code page 1252 and needs Num
        Lock on; "wincompose" needs WinCompose with its Compose key at Right Alt. On macos
        "hex-input" needs the input source Unicode Hex Input, whose keys are those of "us". With
        "none" the nearest characters are typed instead.
    newline: The key for a new line, of which "enter" sends a message in most chats; with "none" a
        space is typed.
    caps: With "fix" Caps Lock is tapped off while text is typed and on again after it, if the host
        says that it is on.
    transliterate: Type text in a script of which the layout has no letter in the letters it has,
        such as Cyrillic in Latin ones. If not, a placeholder stands for each character.
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
    """What shows the state: a display on I2C and a light.

    display: The controller of the display, or "none".
    i2c_port: The I2C bus the display is on.
    i2c_address: The address of the display there; nearly all have 0x3C (60) or 0x3D (61).
    led_gpio: The BCM number of the pin that feeds the light.
    """

    display: Literal["none", "ssd1306", "sh1106"] = "none"
    i2c_port: Annotated[int, Meta(ge=0, le=22)] = 1
    i2c_address: Annotated[int, Meta(ge=0x03, le=0x77)] = 0x3C
    led_gpio: Annotated[int, Meta(ge=0, le=27)] | None = None


class ControlSettings(_Section, frozen=True):
    """How programs on the device talk to saykey.

    socket: The path of the control socket; its directory must exist.
    """

    socket: Annotated[
        str,
        Meta(pattern=rf"^{_PRINTABLE}+\Z", min_length=1, max_length=100, description="a path"),
    ] = "/run/saykey/control.sock"


class HeldSettings(_Section, frozen=True):
    """Text that waits for its computer.

    mirror: The file in which it is kept, too, so that a saykey that crashed finds it again. It must
        be in memory, below /run, so that nothing spoken gets to the card; "" keeps none.
    """

    mirror: Annotated[
        str,
        Meta(pattern=rf"^{_PRINTABLE}*\Z", max_length=200, description="a path, or nothing"),
    ] = "/run/saykey/held.json"


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
    held: HeldSettings = HeldSettings()
