"""``python alone.py recording|wakes``: the cost of one part alone, in ms of CPU per second.

Prints one line per run.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

from saykey.audio.recording import RecordingMicrophone
from saykey.cli.demo import bundled
from saykey.clock import MonotonicClock
from saykey.listening.capture import GATHERED
from saykey.listening.timeline import NS_PER_FRAME

RUNS, RUN_S = 2, 2.5


async def _main(turn_of: Callable[[], Awaitable[Callable[[], Awaitable[None]]]]) -> None:
    turn = await turn_of()
    await turn()
    for _ in range(RUNS):
        began, used = time.monotonic(), time.process_time()
        while time.monotonic() < began + RUN_S:
            await turn()
        passed = time.monotonic() - began
        sys.stdout.write(f"{(time.process_time() - used) * 1000 / passed}\n")


async def _recording() -> Callable[[], Awaitable[None]]:
    clock = MonotonicClock()
    microphone = RecordingMicrophone(bundled()[0], clock)
    await microphone.open()

    async def turn() -> None:
        await clock.sleep_until(clock.now() + GATHERED * NS_PER_FRAME)
        while microphone.has_frame():
            await microphone.read()

    return turn


async def _wakes() -> Callable[[], Awaitable[None]]:
    async def turn() -> None:
        await asyncio.sleep(0.02)

    return turn


if __name__ == "__main__":
    asyncio.run(_main({"recording": _recording, "wakes": _wakes}[sys.argv[1]]))
