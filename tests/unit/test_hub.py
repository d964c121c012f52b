"""The hub steps the state with one event after the other and has the effects performed."""

import asyncio

from saykey import effects as fx
from saykey import events as ev
from saykey import requests as rq
from saykey.hub import Hub
from saykey.ports import Link
from saykey.settings.schema import Settings
from saykey.simulated.clock import VirtualClock
from saykey.state.device import initial


def lived(*events: ev.Event) -> tuple[Hub, list[fx.Effect], list[tuple]]:
    """A hub after these events and a shutdown."""

    async def life() -> tuple[Hub, list[fx.Effect], list[tuple]]:
        performed: list[fx.Effect] = []
        steps: list[tuple] = []
        hub = Hub(initial(Settings()), VirtualClock(), performed.append)
        hub.observe(lambda *step: steps.append(step))
        for event in events:
            hub.post(event)
        hub.post(rq.ShutdownWanted())
        await hub.run()
        return hub, performed, steps

    return asyncio.run(life())


def test_the_first_effects_are_performed_before_any_event() -> None:
    _, performed, _ = lived()
    assert isinstance(performed[0], fx.LoadModel)


def test_events_are_taken_in_the_order_they_were_posted() -> None:
    hub, _, steps = lived(ev.LinkChanged("computer", Link.UP), ev.LedsChanged("computer", 2))
    assert [type(step[0]) for step in steps] == [ev.LinkChanged, ev.LedsChanged, rq.ShutdownWanted]
    assert hub.device.delivery.hosts[0].leds == 2


def test_observers_see_the_device_after_the_step_and_what_it_began() -> None:
    _, _, steps = lived(rq.DictationStarted(5))
    _, device, effects, _ = steps[0]
    assert device.hearing.started == 1
    assert effects == (fx.OpenCapture(1, 5),)


def test_a_request_is_answered_after_its_step() -> None:
    async def life() -> int:
        hub = Hub(initial(Settings()), VirtualClock(), lambda _effect: None)
        running = asyncio.create_task(hub.run())
        await hub.ask(rq.DictationStarted(0))
        started = hub.device.hearing.started
        hub.post(rq.ShutdownWanted())
        await running
        return started

    assert asyncio.run(life()) == 1


def test_a_cancelled_request_does_no_harm() -> None:
    async def life() -> None:
        hub = Hub(initial(Settings()), VirtualClock(), lambda _effect: None)
        asking = asyncio.create_task(hub.ask(rq.DictationStarted(0)))
        await asyncio.sleep(0)
        asking.cancel()
        hub.post(rq.ShutdownWanted())
        await hub.run()

    asyncio.run(life())
