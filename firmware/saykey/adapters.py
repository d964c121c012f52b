"""Chooses the adapters that the settings name. The demonstration chooses its own."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from saykey.clock import MonotonicClock
from saykey.events import Event, ModelLost, ModelReady
from saykey.outbox.mirror import Mirror
from saykey.ports import Button, Clock, Display, Lamp, Microphone, Recognizer, Transport
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.schema import HostSettings, Settings
from saykey.systemd import Manager, manager_of
from saykey.transport.endpoint import Endpoint
from saykey.transport.fd import FdTransport
from saykey.transport.socket import HostSocket
from saykey.transport.usb import UsbGadget

MakeRecognizer = Callable[[Settings, Clock, Callable[[Event], None]], Recognizer]


def worker_recognizer(
    settings: Settings, clock: Clock, post: Callable[[Event], None]
) -> Recognizer:
    """whisper.cpp in a process of its own. Posts an event when it dies or is ready again."""
    return WorkerRecognizer(
        settings.recognizer,
        clock,
        on_ready=lambda model: post(ModelReady(model)),
        on_lost=lambda reason: post(ModelLost(reason)),
    )


@dataclass(frozen=True)
class Adapters:
    """The adapter of each port; None for a part that is not used.

    ``transport_of`` creates the transport to a host. ``control`` is the path of the control socket.
    """

    clock: Clock
    microphone: Microphone
    transport_of: Callable[[HostSettings], Transport]
    recognizer: MakeRecognizer = worker_recognizer
    button: Button | None = None
    lamp: Lamp | None = None
    display: Display | None = None
    control: Path | None = None
    mirror: Mirror | None = None
    manager: Manager | None = None
    signals: tuple[signal.Signals, ...] = field(default=())


def real_adapters(settings: Settings) -> Adapters:
    """The adapters that the settings name. None of them is opened yet."""
    clock = MonotonicClock()
    return Adapters(
        clock=clock,
        microphone=microphone_of(settings.microphone.source, clock),
        transport_of=lambda host: _transport(host, clock),
        button=_button(settings, clock),
        lamp=_lamp(settings),
        display=_display(settings),
        control=Path(settings.control.socket),
        mirror=Mirror(Path(settings.held.mirror)) if settings.held.mirror else None,
        manager=manager_of(os.environ, os.getpid()),
        signals=_signals(),
    )


def _signals() -> tuple[signal.Signals, ...]:
    """The signals that shut the device down. SIGHUP stays ignored if nohup(1) ignored it."""
    ends = (signal.SIGTERM, signal.SIGINT)
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return ends if ignored else (*ends, signal.SIGHUP)


def microphone_of(source: str, clock: Clock) -> Microphone:
    """The microphone for a source in the settings file: "alsa:DEVICE" or "file:PATH"."""
    kind, _, name = source.partition(":")
    if kind == "file":
        from saykey.audio.recording import RecordingMicrophone

        return RecordingMicrophone(Path(name), clock)
    from saykey.audio.alsa import AlsaMicrophone

    return AlsaMicrophone(name, clock)


def endpoint_of(address: str) -> Endpoint:
    """The endpoint for an address in the settings file: "usb:DEVICE" or "socket:PATH"."""
    kind, _, path = address.partition(":")
    return UsbGadget(path) if kind == "usb" else HostSocket(path)


def _transport(host: HostSettings, clock: Clock) -> Transport:
    return FdTransport(endpoint_of(host.transport), clock)


def _button(settings: Settings, clock: Clock) -> Button | None:
    if settings.button.gpio is None:
        return None
    from saykey.panel.gpio import GpioButton

    return GpioButton(settings.button.gpio, settings.button.bounce_ms, clock)


def _lamp(settings: Settings) -> Lamp | None:
    if settings.panel.led_gpio is None:
        return None
    from saykey.panel.gpio import GpioLamp

    return GpioLamp(settings.panel.led_gpio)


def _display(settings: Settings) -> Display | None:
    panel = settings.panel
    if panel.display == "none":
        return None
    from saykey.panel.oled import OledDisplay

    return OledDisplay(panel.display, panel.i2c_port, panel.i2c_address)
