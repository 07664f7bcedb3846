"""Asking for every track of a recording, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

from roomtone.speech.cloud.bodies import size_bytes
from roomtone.speech.errors import NothingToTranscribe, TranscriptionError, UnusableAudio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.speech.port import Progress, Track

log = structlog.get_logger(__name__)

Answered = TypeVar("Answered")
AskTrack = Callable[[int, "Track", "Progress"], Awaitable[Answered]]
"""Asks for one track: its number, itself, and what is told how far it is, 0 to 1."""


async def ask_for_each(
    tracks: Sequence[Track], ask: AskTrack[Answered], progress: Progress, at_once: int = 4
) -> list[Answered | None]:
    """The answers in the tracks' order; None for a track without usable sound.

    After an error that another attempt will not mend the others are cancelled; after one that it may, what
    has begun is finished, so that it need not be paid for again.

    Args:
        tracks: What to ask for.
        ask: How; it keeps its answers itself.
        progress: Told how much of all is done, weighed by the files' sizes.
        at_once: Most tracks that are asked for at a time.

    Raises:
        NothingToTranscribe: If there are no tracks.
        UnusableAudio: If no track has usable sound.
        TranscriptionError: What ``ask`` raised; what is not retryable goes first.
    """
    if not tracks:
        raise NothingToTranscribe("there is no audio to transcribe")
    sizes = await asyncio.to_thread(lambda: [_weight(track) for track in tracks])
    work = _Work(tracks, ask, progress, sizes)
    try:
        async with asyncio.TaskGroup() as tasks:
            for number in range(min(at_once, len(tracks))):
                tasks.create_task(work.run(), name=f"tracks:{number}")
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    if work.failed is not None:
        raise work.failed
    unusable = sum(answer is None for answer in work.answers)
    if unusable == len(tracks):
        raise UnusableAudio(work.unusable_because or "no sound of the recording can be decoded")
    if unusable:
        log.warning("speech.tracks_unusable", tracks=unusable)
    return work.answers


class _Work(Generic[Answered]):
    def __init__(
        self, tracks: Sequence[Track], ask: AskTrack[Answered], progress: Progress, sizes: Sequence[float]
    ) -> None:
        self.answers: list[Answered | None] = [None] * len(tracks)
        self.failed: TranscriptionError | None = None
        self.unusable_because = ""
        self._left = iter(enumerate(tracks))
        self._ask = ask
        self._progress = progress
        self._sizes = sizes
        self._shares = [0.0] * len(tracks)

    async def run(self) -> None:
        for number, track in self._left:
            try:
                self.answers[number] = await self._ask(number, track, partial(self._tell, number))
            except UnusableAudio as problem:
                self.unusable_because = str(problem)
            except TranscriptionError as problem:
                if not problem.retryable:
                    raise
                self.failed = problem
            if self.failed is not None:
                return
            self._tell(number, 1.0)

    def _tell(self, number: int, share: float) -> None:
        self._shares[number] = max(self._shares[number], min(1.0, share))
        done = sum(share * size for share, size in zip(self._shares, self._sizes, strict=True))
        self._progress(min(1.0, done / sum(self._sizes)))


def _weight(track: Track) -> float:
    try:
        return max(1.0, float(size_bytes(track.path)))
    except UnusableAudio:
        return 1.0
