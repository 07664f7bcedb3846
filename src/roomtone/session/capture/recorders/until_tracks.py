"""One recorder until another becomes possible: the screen, until somebody's own video track can be shown.

Some web clients paint their pictures from packets and have no tracks, or get them only some time into a
meeting.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

import structlog

from roomtone.session.capture.recording_errors import PictureUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.session.capture.recorders.port import PictureSink, PictureSource

CHECK_EVERY_S = 0.25
STEADY_S = 1.0
"""The better recorder must be possible for this long without a break."""

log = structlog.get_logger(__name__)


class UntilTracks:
    """Takes the picture from ``first`` and, from when it is possible on, from ``better``.

    When ``better`` then fails it is done with: ``first`` goes on to the end.

    Args:
        first: What there is always; what it raises is raised here.
        better: What is taken as soon as it can be had.
        is_possible: Whether ``better`` could give a picture now.
        warn: Told a code and a sentence when ``better`` failed.
    """

    def __init__(
        self,
        first: PictureSource,
        better: PictureSource,
        *,
        is_possible: Callable[[], bool],
        warn: Callable[[str, str], None],
    ) -> None:
        self._first = first
        self._better = better
        self._is_possible = is_possible
        self._warn = warn

    @property
    def kind(self) -> Literal["track", "screen"]:
        """Of what would be taken now."""
        return self._better.kind if self._is_possible() else self._first.kind

    def pause(self) -> None:
        """Take no pictures; see ``PictureSource``."""
        self._first.pause()
        self._better.pause()

    def resume(self, not_before_s: float) -> None:
        """Take pictures again; see ``PictureSource``."""
        self._first.resume(not_before_s)
        self._better.resume(not_before_s)

    async def run(self, sink: PictureSink) -> None:
        """Deliver pictures until cancelled; see ``PictureSource``."""
        if not self._is_possible():
            await self._run_first(sink)
        log.info("recorder.tracks_found")
        try:
            await self._better.run(sink)
        except PictureUnavailable as problem:
            self._warn("recorder_fallback", f"{problem.reason}: {problem}")
        await self._first.run(sink)

    async def _run_first(self, sink: PictureSink) -> None:
        """Deliver until the better recorder has been possible for a while."""
        problems: list[Exception] = []

        async def deliver() -> None:
            try:
                await self._first.run(sink)
            except Exception as problem:  # noqa: BLE001  raised below, and not as a group
                problems.append(problem)

        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(deliver(), name="first-recorder")
            waiting = tasks.create_task(self._until_possible(), name="better-recorder-watch")
            await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
            running.cancel()
            waiting.cancel()
        if problems:
            raise problems[0]

    async def _until_possible(self) -> None:
        steady_s = 0.0
        while steady_s < STEADY_S:
            await asyncio.sleep(CHECK_EVERY_S)
            steady_s = steady_s + CHECK_EVERY_S if self._is_possible() else 0.0
