"""The provider of one meeting: who recognises, with which options and whose account."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomtone.speech.accounts import Account
from roomtone.speech.errors import UnsupportedOption
from roomtone.speech.local.choice import choose
from roomtone.speech.streaming.assemblyai import AssemblyaiStreaming
from roomtone.speech.streaming.deepgram import DeepgramStreaming
from roomtone.speech.streaming.local import LocalStreaming

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from roomtone.bot.session_protocol import LiveTranscriptionStart
    from roomtone.speech.streaming.port import Sound, StreamingProvider, Tell


class Provider:
    """A streaming provider with everything it needs for one meeting.

    Args:
        recogniser: Who recognises.
        options: Every default filled in.
        account: How it is reached; None: it needs none.
        close: Ends what it runs; None: nothing of it outlives its connections.
        tells_wordless: Whether it says of sound without words that there are none (``Piece.wordless_s``).

    Attributes:
        name: The API's name.
        tells_wordless: See above.
        sample_rate_hz: What its sound has to come in.
        model: What recognises, as far as the options and the local engine say.
    """

    def __init__(
        self,
        recogniser: StreamingProvider,
        options: dict[str, Any],
        account: Account | None,
        close: Callable[[], Awaitable[None]] | None = None,
        *,
        tells_wordless: bool = False,
    ) -> None:
        self.tells_wordless = tells_wordless
        self._recogniser = recogniser
        self._options = options
        self._account = account
        self._close = close
        self.name = recogniser.name
        self.sample_rate_hz = recogniser.sample_rate_hz(options)
        self.model = str(options.get("model") or options.get("speech_model") or "")

    async def stream(self, sound: Sound, tell: Tell) -> None:
        """See ``StreamingProvider.stream``."""
        await self._recogniser.stream(sound, self._options, self._account, tell)

    async def aclose(self) -> None:
        """Nothing of it runs afterwards; completes even when cancelled."""
        if self._close is not None:
            await self._close()


def provider_of(start: LiveTranscriptionStart, on_dropped: Callable[[float], None]) -> Provider:
    """The provider that was asked for; it has to be closed.

    Args:
        start: Who, and how reached.
        on_dropped: Told the seconds of sound that the local engine could not keep up with.

    Raises:
        ValueError: If there is no such provider.
    """
    account = Account(
        api_key=start.api_key,
        base_url=start.base_url,
        allow_private=start.allow_private_networks,
        allowed_networks=start.allowed_networks,
    )
    match start.provider:
        case "deepgram_streaming":
            return Provider(DeepgramStreaming(), start.options, account)
        case "assemblyai_streaming":
            return Provider(AssemblyaiStreaming(), start.options, account)
        case "local_streaming":
            model = None if start.whisper_model_dir is None else Path(start.whisper_model_dir)
            local = LocalStreaming(model, on_dropped=on_dropped)
            provider = Provider(local, start.options, None, local.aclose, tells_wordless=True)
            with contextlib.suppress(UnsupportedOption):  # told when it is to recognise
                provider.model = choose(start.options, model).model
            return provider
        case unknown:
            raise ValueError(f"no streaming provider {unknown!r}")
