"""Provider ``sarvam``: what is short at once, the rest as jobs."""

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
from roomtone.speech.cloud.patience import Patience
from roomtone.speech.cloud.piecewise import Parts, ask_for_pieces, bare, reading_of
from roomtone.speech.cloud.tracks import ask_for_each
from roomtone.speech.cutting.cutter import pieces_of
from roomtone.speech.sarvam import wire
from roomtone.speech.sarvam.answers import read
from roomtone.speech.sarvam.batch import Batches

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.speech.accounts import Account
    from roomtone.speech.cutting.cutter import Piece
    from roomtone.speech.port import Progress, Recorded, Track
    from roomtone.speech.transcript import Transcript

PROVIDER = "sarvam"
AT_ONCE = 4
ANSWER_S = 120.0
POLL_S = 5.0
"""As often as Sarvam's own package looks at a job."""
LONGEST_JOB_S = 4 * 3600.0


class SarvamRecognition:
    """See ``Provider``.

    Args:
        patience: How requests are repeated, and how waiting for jobs is done; None: as usual.
        length_s: Longest piece of a job.
        poll_s: Between two looks at a job.
        answer_s: How long Sarvam may take with a short piece once it has it.
    """

    def __init__(
        self,
        patience: Patience | None = None,
        length_s: float = wire.LONGEST_FILE_S,
        poll_s: float = POLL_S,
        answer_s: float = ANSWER_S,
    ) -> None:
        self._patience = patience or Patience()
        self._length_s = length_s
        self._poll_s = poll_s
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

        Jobs that run and answers are kept in the work folder; after a restart jobs are waited for, and only
        what has none is asked for.
        """
        account, address = account_for(wire.SERVICE, wire.ADDRESS, "", account)
        headers = {wire.KEY_HEADER: account.api_key} if account.api_key else {}
        kept = KeptWork(work_folder, PROVIDER)
        async with Connection(wire.SERVICE, address, headers, account, self._patience) as connection:
            batches = Batches(connection, account, kept, self._patience, self._poll_s, LONGEST_JOB_S)
            job = _Asking(connection, batches, options, kept, self._length_s, self._answer_s)
            answers = await ask_for_each(recorded.tracks, job.ask_for_track, progress, AT_ONCE)
        model = str(options.get("model") or wire.DEFAULT_MODEL)
        read_track = partial(reading_of, read=read)
        made = await asyncio.to_thread(joined, recorded, answers, read_track, PROVIDER, model)
        told = made.language or wire.language_asked(options)
        language = "en" if options.get("mode") == "translate" else told
        return replace(made, language=language, raw=bare(made.raw))


@dataclass(frozen=True, slots=True)
class _Asking:
    """One transcript's asking."""

    connection: Connection
    batches: Batches
    options: dict[str, Any]
    kept: KeptWork
    length_s: float
    answer_s: float

    async def ask_for_track(self, number: int, track: Track, tell: Progress) -> Any:
        """See ``ask_for_each``: the answers of the track's pieces, as JSON."""
        key = await asyncio.to_thread(track_key, number, track, self.options)
        name = f"{key}-{self.length_s:g}s"
        pieces = await pieces_of(track.path, self.kept.folder / f"{PROVIDER}-{name}", self.length_s)
        tells_apart = track.speaker is None and bool(self.options.get("with_diarization", True))
        is_short = sum(piece.length_s for piece in pieces) <= wire.LONGEST_AT_ONCE_S and len(pieces) < 2
        if is_short and not tells_apart:
            parts = await ask_for_pieces(pieces, f"{name}-short", self.kept, self._ask, tell, AT_ONCE)
        elif not pieces:
            parts = Parts((), ())
        else:
            parameters = wire.parameters_of(self.options) | {"with_diarization": tells_apart}
            parts = Parts(pieces, await self.batches.answers(pieces, name, parameters, tell))
        return parts.as_json()

    async def _ask(self, piece: Piece, tell: Progress) -> Any:
        size = await asyncio.to_thread(size_bytes, piece.path)
        body = form_body(wire.form_fields(self.options), piece.path, size, tell)
        request = Request("POST", wire.SPEECH, timeout_s=upload_timeout_s(size, self.answer_s), body=body)
        answer = (await self.connection.ask(request)).json()
        read(answer, piece.voice_s)
        return answer
