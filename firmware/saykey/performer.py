"""Performs effects by calling the other packages, and posts their results as events."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Protocol, assert_never

from saykey import effects as fx
from saykey.errors import SaykeyError
from saykey.events import (
    Event,
    ModelFailed,
    ModelReady,
    Recognised,
    RecognitionAborted,
    RecognitionFailed,
)
from saykey.flow import PhraseId
from saykey.ports import Recognizer, SessionParameters


class Captures(Protocol):
    """Performs the capture effects, see listening.capture.Capture. Returns at once."""

    def open(self, dictation: int, at: int, borrower: int | None, /) -> None:
        """See effects.OpenCapture."""
        ...

    def close(self, dictation: int, at: int, /) -> None:
        """See effects.CloseCapture."""
        ...

    def abort(self, dictation: int, /) -> None:
        """See effects.AbortCapture."""
        ...


class Hosts(Protocol):
    """Performs the effects on hosts, see host_links.HostLinks. Returns at once."""

    def perform(self, effect: fx.HostEffect, /) -> None:
        """Start the work of this effect."""
        ...


class Performer:
    """Starts the work of each effect and returns at once. ``post`` gets the results."""

    def __init__(
        self,
        capture: Captures,
        recognizer: Recognizer,
        links: Hosts,
        post: Callable[[Event], None],
    ) -> None:
        self._capture = capture
        self._recognizer = recognizer
        self._links = links
        self._post = post
        self._group: asyncio.TaskGroup | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._recognition: tuple[PhraseId, int, asyncio.Task[None]] | None = None
        self._loading = asyncio.Lock()

    def start(self, group: asyncio.TaskGroup) -> None:
        """Run tasks in this group, so that an unexpected error ends the group and is reported."""
        self._group = group

    async def stop(self) -> None:
        """Cancel the tasks that still run."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def perform(self, effect: fx.Effect) -> None:
        """Start the work of this effect."""
        match effect:
            case fx.OpenCapture(dictation, at, borrower):
                self._capture.open(dictation, at, borrower)
            case fx.CloseCapture(dictation, at):
                self._capture.close(dictation, at)
            case fx.AbortCapture(dictation):
                self._capture.abort(dictation)
            case fx.LoadModel(name):
                self._spawn(self._load(name))
            case fx.Recognise():
                self._begin_recognition(effect)
            case fx.AbortRecognition(phrase, revision):
                self._abort(phrase, revision)
            case (
                fx.TypeEdits()
                | fx.StopTyping()
                | fx.ReleaseKeys()
                | fx.OpenLink()
                | fx.CloseLink()
                | fx.WakeHost()
            ):
                self._links.perform(effect)
            case fx.Exit():
                pass  # Hub.run returns it
            case _:
                assert_never(effect)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        if self._group is None:
            raise RuntimeError("start the performer before its first effect")
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _load(self, name: str) -> None:
        async with self._loading:
            try:
                await self._recognizer.load(name)
            except SaykeyError as error:
                self._post(ModelFailed(name, str(error), self._recognizer.model))
            else:
                self._post(ModelReady(name))

    def _begin_recognition(self, effect: fx.Recognise) -> None:
        ident, revision = effect.phrase.id, effect.phrase.revision
        task = self._spawn(self._recognise(effect))
        self._recognition = (ident, revision, task)

        def ended(task: asyncio.Task[None]) -> None:  # also called if cancelled before it started
            if task.cancelled():
                self._post(RecognitionAborted(ident, revision))

        task.add_done_callback(ended)

    async def _recognise(self, effect: fx.Recognise) -> None:
        phrase = effect.phrase
        parameters = SessionParameters(
            effect.language, effect.prompt, effect.attempt, effect.before
        )
        try:
            session = self._recognizer.begin(parameters)
            session.feed(phrase.pcm)
            transcript = await session.finish(phrase.id, phrase.revision)
        except SaykeyError as error:
            self._post(RecognitionFailed(phrase.id, phrase.revision, str(error)))
        else:
            self._post(Recognised(transcript))

    def _abort(self, phrase: PhraseId, revision: int) -> None:
        if self._recognition is not None and self._recognition[:2] == (phrase, revision):
            self._recognition[2].cancel()
