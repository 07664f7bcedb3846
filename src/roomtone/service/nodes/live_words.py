"""Who makes the words of a bot's meeting while it runs: decided, and reached, when its session starts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.live_provider import NoLiveProvider, live_provider, session_provider
from roomtone.bot.session_protocol import LiveTranscriptionStart
from roomtone.service.transcripts.errors import NoAccount, UnusableAccount

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.bot.transcript_providers import TranscriptRequest
    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store
    from roomtone.service.transcripts.accounts import Accounts
    from roomtone.speech.accounts import Account

log = structlog.get_logger(__name__)

REFUSED = "live_transcription_refused"


class LiveWords:
    """Decides for each session; may be used concurrently.

    Args:
        store: Where transcripts stand, and what went wrong is told.
        accounts: How providers are reached.
        default: Who works when the request names nobody, or ``live_provider.NOBODY``.
        whisper_model: Folder of the model for ``local_streaming``; None: there is none.
    """

    def __init__(self, store: Store, accounts: Accounts, default: str, whisper_model: Path | None) -> None:
        self._store = store
        self._accounts = accounts
        self._default = default
        self._whisper_model = whisper_model

    async def start_of(self, bot: Bot, epoch: int) -> LiveTranscriptionStart | None:
        """What the bot's session is told; None: nobody listens.

        What was right when the bot was asked for may be no longer, as a key that was deleted since: the bot
        goes in all the same, and ``bot.error`` says so.

        Raises:
            StaleEpoch: If somebody else holds the bot.
        """
        try:
            chosen = live_provider(bot.request, self._default)
            if chosen is None:
                return None
            account = await self._accounts.account(bot.workspace_id, chosen.name)
        except (NoLiveProvider, NoAccount, UnusableAccount) as problem:
            log.warning("bot.live_words_refused", bot_id=bot.id, problem=type(problem).__name__)
            details = {"code": REFUSED, "severity": "warning"}
            told = Happening(Step.ERROR, datetime.now(UTC), message=str(problem), details=details)
            await self._store.events.record(bot.id, told, epoch=epoch)
            return None
        await self._store.transcripts.open_live(bot.id, chosen)
        return self._start(chosen, account)

    def _start(self, chosen: TranscriptRequest, account: Account | None) -> LiveTranscriptionStart:
        name, options = session_provider(chosen)
        model = self._whisper_model
        if account is None:
            return LiveTranscriptionStart(
                provider=name,
                options=options,
                whisper_model_dir=None if model is None else str(model),
            )
        return LiveTranscriptionStart(
            provider=name,
            options=options,
            api_key=account.api_key,
            base_url=account.base_url,
            allow_private_networks=account.allow_private,
            allowed_networks=account.allowed_networks,
        )
