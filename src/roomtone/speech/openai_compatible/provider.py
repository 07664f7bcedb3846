"""Provider ``openai_compatible``: pieces of every track; its utterances where the server knows no times."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from roomtone.speech.cloud.accounts import account_for
from roomtone.speech.cloud.bodies import size_bytes
from roomtone.speech.cloud.connection import Connection, Request, upload_timeout_s
from roomtone.speech.cloud.forms import form_body
from roomtone.speech.cloud.joining import joined
from roomtone.speech.cloud.kept_work import KeptWork, track_key
from roomtone.speech.cloud.piecewise import ask_for_pieces, bare, reading_of
from roomtone.speech.cloud.tracks import ask_for_each
from roomtone.speech.cutting.cutter import pieces_of, utterances_of
from roomtone.speech.errors import ProviderRefused
from roomtone.speech.openai_compatible.answers import NoTimes, read
from roomtone.speech.openai_compatible.languages import language_of
from roomtone.speech.openai_compatible.shapes import (
    DEFAULT_MODEL,
    Shape,
    fields_of,
    is_too_much,
    language_asked,
    shape_after,
    shape_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.speech.accounts import Account
    from roomtone.speech.cloud.patience import Patience
    from roomtone.speech.cutting.cutter import Piece
    from roomtone.speech.port import Progress, Recorded, Track
    from roomtone.speech.transcript import Transcript

PROVIDER = "openai_compatible"
ADDRESS = "https://api.openai.com/v1"
AT_ONCE = 4
AT_ONCE_ELSEWHERE = 2
"""A machine of one's own does one thing after the other, while everybody's time runs."""
LENGTHS_S = (600.0, 120.0, 30.0)
"""How long a piece is; a shorter one when the server takes no longer. Every documented limit is above the
first (25 MB are 52 minutes, some models take 23), and no more than ten minutes are paid for twice."""
ANSWER_S = 120.0
ANSWER_S_PER_S = 6.0
"""Besides ``ANSWER_S``: a Whisper on a small machine of one's own is slower than speech."""
_BUSY = frozenset({409})
_OUT_OF_MONEY = frozenset({"insufficient_quota", "billing_not_active"})
"""These come with 429 as too many requests do, and waiting does not help."""
_SHAPE_KEY = "shape"
_SENT_SHARE = 0.3
"""Of a piece's work that is done when it is sent; the rest is not told of."""


class OpenaiCompatibleRecognition:
    """See ``Provider``. The account's address may be that of any server that speaks OpenAI's API.

    Args:
        patience: How requests are repeated; None: as usual.
        lengths_s: See ``LENGTHS_S``.
        answer_s: How long the server may take with a piece once it has it, besides its share of its length.
    """

    def __init__(
        self,
        patience: Patience | None = None,
        lengths_s: tuple[float, ...] = LENGTHS_S,
        answer_s: float = ANSWER_S,
    ) -> None:
        self._patience = patience
        self._lengths_s = lengths_s
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
        is_elsewhere = account is not None and account.base_url is not None
        service = "The server for openai_compatible" if is_elsewhere else "OpenAI"
        account, address = account_for(service, ADDRESS, "", account)
        headers = {"Authorization": f"Bearer {account.api_key}"} if account.api_key else {}
        model = str(options.get("model") or DEFAULT_MODEL)
        async with Connection(
            service,
            address,
            headers,
            account,
            self._patience,
            also_passing=_BUSY,
            final_codes=_OUT_OF_MONEY,
        ) as connection:
            kept = KeptWork(work_folder, PROVIDER)
            shape = Shape(await kept.read(_SHAPE_KEY) or shape_of(model))
            slots = asyncio.Semaphore(AT_ONCE_ELSEWHERE if is_elsewhere else AT_ONCE)
            job = _Job(connection, options, kept, self._lengths_s, self._answer_s, shape, slots)
            answers = await ask_for_each(recorded.tracks, job.ask_for_track, progress, AT_ONCE)
        read_track = partial(reading_of, read=read)
        made = await asyncio.to_thread(joined, recorded, answers, read_track, PROVIDER, model)
        return replace(
            made, language=made.language or language_of(language_asked(options)), raw=bare(made.raw)
        )


@dataclass(slots=True)
class _Job:
    """One transcript's asking.

    Attributes:
        shape: What is asked for now; what the server refuses is not asked for again.
        slots: Bounds what is asked for at a time, of all tracks.
    """

    connection: Connection
    options: dict[str, Any]
    kept: KeptWork
    lengths_s: tuple[float, ...]
    answer_s: float
    shape: Shape
    slots: asyncio.Semaphore

    async def ask_for_track(self, number: int, track: Track, tell: Progress) -> Any:
        """See ``ask_for_each``: the answers of the track's pieces, as JSON."""
        key = await asyncio.to_thread(track_key, number, track, self.options)
        lengths_s = list(self.lengths_s)
        while True:
            shape = self.shape
            try:
                return await self._ask_for_pieces(key, track, shape, lengths_s[0], tell)
            except NoTimes:
                await self._ask_from_now_on(shape, Shape.TEXT)
            except ProviderRefused as refusal:
                if is_too_much(refusal) and shape is not Shape.TEXT and len(lengths_s) > 1:
                    del lengths_s[0]
                    continue
                other = shape_after(shape, refusal)
                if other is None:
                    raise
                await self._ask_from_now_on(shape, other)

    async def _ask_from_now_on(self, shape: Shape, other: Shape) -> None:
        """Ask for another shape, after a restart too: an answer without times was paid for."""
        if self.shape is shape:  # else another track has found out meanwhile
            self.shape = other
            await self.kept.keep(_SHAPE_KEY, other.value)

    async def _ask_for_pieces(
        self, key: str, track: Track, shape: Shape, length_s: float, tell: Progress
    ) -> Any:
        name = f"{key}-utterances" if shape is Shape.TEXT else f"{key}-{length_s:g}s"
        folder = self.kept.folder / f"{PROVIDER}-{name}"
        pieces = await (
            utterances_of(track.path, folder)
            if shape is Shape.TEXT
            else pieces_of(track.path, folder, length_s)
        )
        ask = partial(self._ask, shape)
        parts = await ask_for_pieces(pieces, f"{name}-{shape.value}", self.kept, ask, tell, AT_ONCE)
        return parts.as_json()

    async def _ask(self, shape: Shape, piece: Piece, tell: Progress) -> Any:
        size = await asyncio.to_thread(size_bytes, piece.path)
        body = form_body(
            fields_of(self.options, shape), piece.path, size, lambda sent: tell(_SENT_SHARE * sent)
        )
        answer_s = self.answer_s + ANSWER_S_PER_S * piece.length_s
        request = Request(
            "POST", "/audio/transcriptions", timeout_s=upload_timeout_s(size, answer_s), body=body
        )
        async with self.slots:
            answered = await self.connection.ask(request)
        answer = await asyncio.to_thread(answered.json)
        await asyncio.to_thread(read, answer, piece.voice_s, is_utterance=shape is Shape.TEXT)
        return answer
