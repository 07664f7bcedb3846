"""Where recognised words go: to every receiver in the mode that was asked for, and into the file."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from roomtone.bot.speaker import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roomtone.session.capture.model import Tick
    from roomtone.session.live.transcription.kept_lines import KeptLines
    from roomtone.session.live.transcription.payload import Payloads
    from roomtone.session.live.transcription.receivers import Receiver
    from roomtone.session.live.transcription.updates import Update
    from roomtone.session.live.transcription.utterance_book import Told, UtteranceBook


class ToldWords:
    """Used on one event loop; whoever recognises calls ``take``, which never waits.

    Args:
        book: Decides what is told.
        payloads: Writes it.
        lines: Keeps what is final.
        receivers: Who gets it.
    """

    def __init__(
        self, book: UtteranceBook, payloads: Payloads, lines: KeptLines, receivers: Sequence[Receiver]
    ) -> None:
        self._book = book
        self._payloads = payloads
        self._lines = lines
        self._receivers = tuple(receivers)
        self._began_at: datetime | None = None

    @property
    def n_sent(self) -> int:
        """Messages that receivers took."""
        return sum(receiver.n_sent for receiver in self._receivers)

    @property
    def n_dropped(self) -> int:
        """Messages that receivers did not get."""
        return sum(receiver.queue.n_dropped for receiver in self._receivers)

    @property
    def n_finals_dropped(self) -> int:
        """Those of them that told final words."""
        return sum(receiver.queue.n_finals_dropped for receiver in self._receivers)

    def on_tick(self, tick: Tick) -> None:
        """Learn when the recording began."""
        if self._began_at is None:
            recorded_s = tick.position / SAMPLE_RATE_HZ + time.monotonic() - tick.at_s
            self._began_at = datetime.now(UTC) - timedelta(seconds=recorded_s)

    def take(self, update: Update) -> None:
        """Something was recognised."""
        self._lines.take(update)
        self._tell(self._book.take(update))

    def close_connection(self, connection: str) -> None:
        """Nothing more comes of the utterances of a connection."""
        self._tell(self._book.close(connection))

    async def run(self) -> None:
        """Deliver; returns soon after ``finish``."""
        async with asyncio.TaskGroup() as tasks:
            for receiver in self._receivers:
                tasks.create_task(receiver.run(), name="live-words-receiver")

    def finish(self) -> None:
        """Nothing more is recognised."""
        for receiver in self._receivers:
            receiver.finish()

    def close(self) -> None:
        """Close the file."""
        self._lines.close()

    def _tell(self, several: Iterable[Told]) -> None:
        for told in several:
            message = self._payloads.write(told, self._began_at or datetime.now(UTC))
            for receiver in self._receivers:
                receiver.put(message)
