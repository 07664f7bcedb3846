"""Provider ``deepgram``: every track in one request of its own."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from roomtone.speech.cloud.accounts import account_for
from roomtone.speech.cloud.bodies import FileBody, content_type_of, usable_size_bytes
from roomtone.speech.cloud.connection import Connection, Request, upload_timeout_s
from roomtone.speech.cloud.joining import joined
from roomtone.speech.cloud.kept_work import KeptWork, track_key
from roomtone.speech.cloud.languages import bcp47
from roomtone.speech.cloud.tracks import ask_for_each
from roomtone.speech.deepgram.answers import read
from roomtone.speech.deepgram.query import DEFAULT_MODEL, query_of
from roomtone.speech.errors import ProviderRefused, UnusableAudio

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.speech.accounts import Account
    from roomtone.speech.cloud.patience import Patience
    from roomtone.speech.port import Progress, Recorded, Track
    from roomtone.speech.transcript import Transcript

SERVICE = "Deepgram"
PROVIDER = "deepgram"
ADDRESS = "https://api.deepgram.com"
MOST_FILE_BYTES = 2_000_000_000
AT_ONCE = 4
"""Of the 100 requests that an account may have at a time: there are other transcripts, and other users."""
ANSWER_S = 660.0
"""Deepgram gives up after ten minutes, with 504."""
_SENT_SHARE = 0.5
"""Of a track's work that is done when it is sent; the rest is not told of."""
_BAD_SOUND = re.compile(r"failed to process audio|corrupt or unsupported", re.IGNORECASE)


class DeepgramRecognition:
    """See ``Provider``.

    Args:
        patience: How requests are repeated; None: as usual.
        answer_s: How long Deepgram may take with one track once it has it.
    """

    def __init__(self, patience: Patience | None = None, answer_s: float = ANSWER_S) -> None:
        self._patience = patience
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

        Each track's answer is kept in the work folder; after a restart only the others are asked for.
        """
        account, address = account_for(SERVICE, ADDRESS, "/v1", account)
        headers = {"Authorization": f"Token {account.api_key}"} if account.api_key else {}
        kept = KeptWork(work_folder, PROVIDER)
        async with Connection(SERVICE, address, headers, account, self._patience) as connection:

            async def ask(number: int, track: Track, tell: Progress) -> Any:
                key = await asyncio.to_thread(track_key, number, track, options)
                answer = await kept.read(key)
                if answer is None:
                    answer = await self._ask(connection, track, options, tell)
                    await kept.keep(key, answer)
                return answer

            answers = await ask_for_each(recorded.tracks, ask, progress, AT_ONCE)
        model = str(options.get("model") or DEFAULT_MODEL)
        made = await asyncio.to_thread(joined, recorded, answers, read, PROVIDER, model)
        asked = None if options.get("detect_language") else bcp47(options.get("language"))
        return replace(made, language=made.language or asked)

    async def _ask(
        self, connection: Connection, track: Track, options: dict[str, Any], tell: Progress
    ) -> Any:
        size = await asyncio.to_thread(usable_size_bytes, track.path, SERVICE, MOST_FILE_BYTES)
        body = FileBody(
            track.path, size, content_type_of(track.path), sent=lambda part: tell(_SENT_SHARE * part)
        )
        request = Request(
            "POST",
            "/v1/listen",
            timeout_s=upload_timeout_s(size, self._answer_s),
            query=query_of(options, has_one_voice=track.speaker is not None),
            body=body,
        )
        try:
            answer = await asyncio.to_thread((await connection.ask(request)).json)
        except ProviderRefused as problem:
            if problem.status == 400 and _BAD_SOUND.search(problem.said):
                raise UnusableAudio(str(problem)) from None
            raise
        await asyncio.to_thread(read, answer)
        return answer
