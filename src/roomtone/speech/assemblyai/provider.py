"""Provider ``assemblyai``: every track is uploaded, ordered, awaited, and deleted there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from roomtone.speech.assemblyai.answers import read
from roomtone.speech.assemblyai.job import DEFAULT_MODELS, SERVICE
from roomtone.speech.assemblyai.order import Orders
from roomtone.speech.cloud.accounts import account_for
from roomtone.speech.cloud.connection import Connection
from roomtone.speech.cloud.joining import joined
from roomtone.speech.cloud.kept_work import KeptWork, track_key
from roomtone.speech.cloud.patience import Patience
from roomtone.speech.cloud.tracks import ask_for_each
from roomtone.speech.errors import TranscriptionError

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.speech.accounts import Account
    from roomtone.speech.port import Progress, Recorded, Track
    from roomtone.speech.transcript import Transcript

PROVIDER = "assemblyai"
ADDRESS = "https://api.assemblyai.com"
"""Of the United States; ``https://api.eu.assemblyai.com`` is the European Union's."""
AT_ONCE = 4
"""An account without credit works on five at a time; more would wait in its queue."""
POLL_S = 3.0


class AssemblyaiRecognition:
    """See ``Provider``.

    Args:
        patience: How requests are repeated, and how waiting is done; None: as usual.
        poll_s: How long to wait before a transcript is asked for again.
    """

    def __init__(self, patience: Patience | None = None, poll_s: float = POLL_S) -> None:
        self._patience = patience or Patience()
        self._poll_s = poll_s

    async def transcribe(
        self,
        recorded: Recorded,
        options: dict[str, Any],
        work_folder: Path,
        progress: Progress,
        account: Account | None = None,
    ) -> Transcript:
        """See ``Provider.transcribe``.

        Where each track stands is kept in the work folder; after a restart nothing is uploaded or ordered
        again. What is read, or failed for good, is deleted at AssemblyAI. Cancelled, it stays there for the
        next attempt: ``discard`` deletes it when there will be none.
        """
        async with self._connection(account) as connection:
            orders = self._orders(connection, work_folder)

            async def ask(number: int, track: Track, tell: Progress) -> Any:
                key = await asyncio.to_thread(track_key, number, track, options)
                return await orders.answer(key, track, options, tell)

            try:
                answers = await ask_for_each(recorded.tracks, ask, progress, AT_ONCE)
            except TranscriptionError as problem:
                if not problem.retryable:
                    await orders.discard_all()
                raise
        model = str((options.get("speech_models") or DEFAULT_MODELS)[0])
        return await asyncio.to_thread(joined, recorded, answers, read, PROVIDER, model)

    async def discard(self, work_folder: Path, account: Account | None = None) -> None:
        """Delete at AssemblyAI, as far as possible, what unfinished work left there.

        For work that is given up from outside, such as at its deadline; the folder is left as it is.

        Raises:
            ProviderRefused: If there is no usable account.
        """
        async with self._connection(account) as connection:
            await self._orders(connection, work_folder).discard_all()

    def _connection(self, account: Account | None) -> Connection:
        account, address = account_for(SERVICE, ADDRESS, "/v2", account)
        headers = {"Authorization": account.api_key} if account.api_key else {}
        return Connection(SERVICE, address, headers, account, self._patience)

    def _orders(self, connection: Connection, work_folder: Path) -> Orders:
        return Orders(connection, KeptWork(work_folder, PROVIDER), self._poll_s, self._patience.sleep)
