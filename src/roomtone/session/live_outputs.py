"""The composition of everything that leaves a meeting while it runs."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog

from roomtone.bot.session_protocol import RECORDING_NAME
from roomtone.outbound.policy import AddressPolicy
from roomtone.session.live.audio_socket import LiveAudioSocket
from roomtone.session.live.transcription.making import live_transcription
from roomtone.session.live.video_socket import LiveVideoSocket
from roomtone.session.warning_limit import WarningLimit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from roomtone.bot.session_protocol import Start
    from roomtone.session.capture.model import CaptureEvent, Signal, Tick
    from roomtone.session.live.port import LiveFeed
    from roomtone.session.live.transcription.making import LiveTranscription

LONGEST_END_S = 10.0
"""An output that has not ended so long after ``finish`` is cancelled: each is to need about 3 s."""

_Told = TypeVar("_Told")

log = structlog.get_logger(__name__)


class LiveOutputs:
    """The live outputs of one stay; used on one event loop. A ``TickSubscriber``.

    One that fails at what it is told hears nothing any more, is told as a warning, and the others go on. None
    of them keeps the recording from being closed, or the session from ending.

    Args:
        feeds: The outputs and what each is told.
        warn: Told a code and a sentence.
        longest_end_s: See ``LONGEST_END_S``.
    """

    def __init__(
        self,
        feeds: Sequence[LiveFeed],
        warn: Callable[[str, str], None],
        longest_end_s: float = LONGEST_END_S,
    ) -> None:
        self._feeds = tuple(feeds)
        self._warn = warn
        self._longest_end_s = longest_end_s
        self._deaf: set[str] = set()
        self._unfinished: set[str] = set()
        self._finishing = asyncio.Event()

    def on_tick(self, tick: Tick) -> None:
        """Hand a tick to every output that hears the meeting."""
        for feed in self._feeds:
            if feed.on_tick is not None:
                self._hand(feed.name, feed.on_tick, tick)

    def on_signal(self, signal: Signal) -> None:
        """Hand a signal to every output that is told of the meeting."""
        for feed in self._feeds:
            if feed.on_signal is not None:
                self._hand(feed.name, feed.on_signal, signal)

    async def run(self) -> None:
        """Run them all; returns soon after ``finish``."""
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(self._guarded(feed), name=feed.name) for feed in self._feeds]
            await self._finishing.wait()
            for task in running:
                if task.get_name() in self._unfinished:
                    task.cancel()
            late = (await asyncio.wait(running, timeout=self._longest_end_s))[1] if running else set()
            for task in late:
                self._failed(task.get_name(), TimeoutError())
                task.cancel()

    def finish(self) -> None:
        """The stay is over: each brings out what is left and closes."""
        for feed in self._feeds:
            try:
                feed.output.finish()
            except Exception as problem:  # noqa: BLE001  the others, and the recording, go on
                self._unfinished.add(feed.name)
                self._failed(feed.name, problem)
        self._finishing.set()

    def _hand(self, name: str, take: Callable[[_Told], None], what: _Told) -> None:
        if name in self._deaf:
            return
        try:
            take(what)
        except Exception as problem:  # noqa: BLE001  the others, and the recording, go on
            self._failed(name, problem)

    async def _guarded(self, feed: LiveFeed) -> None:
        try:
            await feed.output.run()
        except Exception as problem:  # noqa: BLE001  the others, and the recording, go on
            self._failed(feed.name, problem)

    def _failed(self, name: str, problem: Exception) -> None:
        self._deaf.add(name)
        log.error("session.live_output_failed", name=name, exc_info=problem)
        self._warn("subscriber_failed", f"{name} stopped: {type(problem).__name__}")


def seldom(warn: Callable[[str, str], None]) -> Callable[[str, str], None]:
    """Tells each code once a minute at most: a receiver that comes and goes is one trouble."""
    limit = WarningLimit()

    def warn_seldom(code: str, message: str) -> None:
        if (told := limit.admit(code, message, time.monotonic())) is not None:
            warn(code, told)

    return warn_seldom


def policy_of(start: Start) -> AddressPolicy:
    """Which addresses this session may dial for its customer."""
    return AddressPolicy.of(allow_private=start.allow_private_networks, networks=start.allowed_networks)


def live_audio_socket(start: Start, warn: Callable[[str, str], None]) -> LiveAudioSocket | None:
    """The live audio stream of a session; None when none was asked for."""
    wanted = start.request.live_audio_required
    if wanted is None:
        return None
    return LiveAudioSocket(
        wanted.websocket_url,
        bot_id=start.bot_id,
        length_bytes=wanted.length_bytes or start.live_length_bytes,
        policy=policy_of(start),
        on_warning=seldom(warn),
    )


def live_video_socket(start: Start, warn: Callable[[str, str], None]) -> LiveVideoSocket | None:
    """The live video stream of a session; None when none was asked for."""
    wanted = start.request.live_video_required
    if wanted is None or not start.request.video_required:
        return None
    return LiveVideoSocket(
        Path(start.directory) / RECORDING_NAME,
        wanted.websocket_url,
        bot_id=start.bot_id,
        policy=policy_of(start),
        on_warning=seldom(warn),
    )


def live_words(
    start: Start, earlier: Iterable[CaptureEvent], warn: Callable[[str, str], None]
) -> LiveTranscription | None:
    """What makes words while the meeting runs; None when nobody wants any.

    Args:
        start: The session's orders.
        earlier: Signals from before the recording: who is there.
        warn: Told a code and a sentence.
    """
    return live_transcription(start, policy_of(start), earlier, seldom(warn))
