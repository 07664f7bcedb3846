"""Provider ``jigsawstack``: pieces of every track."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from roomtone.speech.cloud.accounts import account_for
from roomtone.speech.cloud.bodies import size_bytes
from roomtone.speech.cloud.connection import Connection, Request, upload_timeout_s
from roomtone.speech.cloud.forms import form_body
from roomtone.speech.cloud.joining import joined
from roomtone.speech.cloud.kept_work import KeptWork, track_key
from roomtone.speech.cloud.languages import bcp47
from roomtone.speech.cloud.piecewise import ask_for_pieces, bare, reading_of
from roomtone.speech.cloud.tracks import ask_for_each
from roomtone.speech.cutting.cutter import pieces_of
from roomtone.speech.errors import ProviderRefused
from roomtone.speech.jigsawstack import wire
from roomtone.speech.jigsawstack.answers import check, read

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.speech.accounts import Account
    from roomtone.speech.cloud.patience import Patience
    from roomtone.speech.cutting.cutter import Piece
    from roomtone.speech.port import Progress, Recorded, Track
    from roomtone.speech.transcript import Transcript

PROVIDER = "jigsawstack"
AT_ONCE = 4
LENGTH_S = 600.0
"""Of a piece: no more than ten minutes are paid for twice."""
ANSWER_S = 600.0
_SENT_SHARE = 0.3


class JigsawstackRecognition:
    """See ``Provider``.

    Args:
        patience: How requests are repeated; None: as usual.
        length_s: Longest piece.
        answer_s: How long JigsawStack may take with a piece once it has it.
    """

    def __init__(
        self, patience: Patience | None = None, length_s: float = LENGTH_S, answer_s: float = ANSWER_S
    ) -> None:
        self._patience = patience
        self._length_s = length_s
        self._answer_s = answer_s

    async def transcribe(
        self,
        recorded: Recorded,
        options: dict[str, Any],
        work_folder: Path,
        progress: Progress,
        account: Account | None = None,
    ) -> Transcript:
        """See ``Provider.transcribe``.

        Each piece's answer is kept in the work folder; after a restart only the others are asked for.
        """
        account, address = account_for(wire.SERVICE, wire.ADDRESS, wire.VERSION, account)
        headers = {wire.KEY_HEADER: account.api_key} if account.api_key else {}
        kept = KeptWork(work_folder, PROVIDER)
        async with Connection(wire.SERVICE, address, headers, account, self._patience) as connection:
            job = _Job(connection, options, kept, self._length_s, self._answer_s, (account.api_key,))
            answers = await ask_for_each(recorded.tracks, job.ask_for_track, progress, AT_ONCE)
        read_track = partial(reading_of, read=read)
        made = await asyncio.to_thread(joined, recorded, answers, read_track, PROVIDER, wire.MODEL)
        asked = bcp47(wire.language_asked(options))
        if options.get("translate"):  # into the language that was asked for, else into English
            return replace(made, language=asked or "en", raw=bare(made.raw))
        return replace(made, language=made.language or asked, raw=bare(made.raw))


@dataclass(slots=True)
class _Job:
    """One transcript's asking.

    Attributes:
        secrets: What no error may show.
        with_words: Whether the times of words are asked for; not again once they were refused.
        slots: Bounds what is asked for at a time, of all tracks.
    """

    connection: Connection
    options: dict[str, Any]
    kept: KeptWork
    length_s: float
    answer_s: float
    secrets: tuple[str, ...] = field(repr=False)
    with_words: bool = True
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def ask_for_track(self, number: int, track: Track, tell: Progress) -> Any:
        """See ``ask_for_each``: the answers of the track's pieces, as JSON."""
        key = await asyncio.to_thread(track_key, number, track, self.options)
        name = f"{key}-{self.length_s:g}s"
        pieces = await pieces_of(track.path, self.kept.folder / f"{PROVIDER}-{name}", self.length_s)
        ask = partial(self._ask, track)
        parts = await ask_for_pieces(pieces, name, self.kept, ask, tell, AT_ONCE)
        return parts.as_json()

    async def _ask(self, track: Track, piece: Piece, tell: Progress) -> Any:
        async with self.slots:
            with_words = self.with_words
            try:
                answer = await self._request(track, piece, tell, with_words=with_words)
            except ProviderRefused as refusal:
                if not with_words or "word_timestamps" not in refusal.said:
                    raise
                self.with_words = False
                answer = await self._request(track, piece, tell, with_words=False)
        check(answer, self.secrets)
        await asyncio.to_thread(read, answer, piece.voice_s)
        return answer

    async def _request(self, track: Track, piece: Piece, tell: Progress, *, with_words: bool) -> Any:
        size = await asyncio.to_thread(size_bytes, piece.path)
        fields = wire.form_fields(
            self.options, has_one_voice=track.speaker is not None, with_words=with_words
        )
        body = form_body(fields, piece.path, size, lambda sent: tell(_SENT_SHARE * sent))
        request = Request("POST", wire.PATH, timeout_s=upload_timeout_s(size, self.answer_s), body=body)
        return await asyncio.to_thread((await self.connection.ask(request)).json)
