"""The composition of a session's live words: who recognises, who is told, what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from roomtone.bot.session_protocol import LiveTranscriptionStatistics
from roomtone.session.capture.model import ParticipantJoined
from roomtone.session.live.port import LiveFeed
from roomtone.session.live.transcription.caption_transcriber import CaptionTranscriber
from roomtone.session.live.transcription.kept_lines import KeptLines
from roomtone.session.live.transcription.payload import Payloads
from roomtone.session.live.transcription.provider import provider_of
from roomtone.session.live.transcription.receivers import SocketReceiver, WebhookReceiver
from roomtone.session.live.transcription.speech_gate import TAIL_S
from roomtone.session.live.transcription.told_words import ToldWords
from roomtone.session.live.transcription.transcriber import (
    LiveTranscriber,
    TranscriberTiming,
    voice_detector,
)
from roomtone.session.live.transcription.troubles import Troubles
from roomtone.session.live.transcription.utterance_book import MODES, UtteranceBook
from roomtone.speech.streaming import captions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from roomtone.bot.session_protocol import LiveTranscriptionStart, Start
    from roomtone.outbound.policy import AddressPolicy
    from roomtone.session.capture.model import CaptureEvent
    from roomtone.session.live.transcription.receivers import Receiver
    from roomtone.session.live.transcription.utterance_book import Mode

log = structlog.get_logger(__name__)

_MARGIN_S = 0.3
_LONGEST_TAIL_S = 5.0
_SILENCES_MS = ("endpointing", "min_end_of_turn_silence_when_confident")
"""Options that say how much silence ends an utterance: so much has to be sent."""


@dataclass(frozen=True, slots=True)
class LiveTranscription:
    """The live words of one session.

    Attributes:
        provider: Who recognises.
        output: What runs.
        words: Where its words go.
        troubles: What went wrong; None for captions, which need nobody.
    """

    provider: str
    output: LiveTranscriber | CaptionTranscriber
    words: ToldWords
    troubles: Troubles | None

    @property
    def feed(self) -> LiveFeed:
        """What it is to be told."""
        hears = self.output.on_signal if isinstance(self.output, CaptionTranscriber) else None
        return LiveFeed("live_transcription", self.output, on_tick=self.output.on_tick, on_signal=hears)

    @property
    def statistics(self) -> LiveTranscriptionStatistics:
        """The counts so far."""
        output, troubles = self.output, self.troubles
        return LiveTranscriptionStatistics(
            provider=self.provider,
            pieces=output.n_pieces,
            connections=output.n_connections if isinstance(output, LiveTranscriber) else 0,
            reconnects=0 if troubles is None else troubles.n_reconnects,
            seconds_dropped=0.0 if troubles is None else round(troubles.dropped_s, 2),
            messages_sent=self.words.n_sent,
            messages_dropped=self.words.n_dropped,
            finals_dropped=self.words.n_finals_dropped,
        )


def live_transcription(
    start: Start,
    policy: AddressPolicy,
    earlier: Iterable[CaptureEvent],
    warn: Callable[[str, str], None],
) -> LiveTranscription | None:
    """What makes the words while the meeting runs; None when nobody wants any, or nobody can: it is told.

    Args:
        start: The session's orders.
        policy: Which addresses receivers may have.
        earlier: Signals from before the recording: who is there.
        warn: Told a code and a sentence.
    """
    wanted = start.live_transcription
    if wanted is None:
        return None
    try:
        return _made(start, wanted, policy, earlier, warn)
    except Exception as problem:  # orders of another version, say, must not keep the bot from recording
        log.exception("live_transcription.not_made", provider=wanted.provider)
        warn("live_transcription_refused", f"{wanted.provider} cannot be begun: {type(problem).__name__}")
        return None


def _made(
    start: Start,
    wanted: LiveTranscriptionStart,
    policy: AddressPolicy,
    earlier: Iterable[CaptureEvent],
    warn: Callable[[str, str], None],
) -> LiveTranscription:
    if wanted.provider == captions.NAME:
        words = _told_words(start, wanted, policy, warn, model="captions")
        captioned = CaptionTranscriber(words)
        for event in earlier:
            if isinstance(event, ParticipantJoined):
                captioned.on_signal(event)
        return LiveTranscription(wanted.provider, captioned, words, None)
    troubles = Troubles(warn)
    provider = provider_of(wanted, troubles.dropped)
    timing = TranscriberTiming(tail_s=tail_s(wanted.options))
    words = _told_words(start, wanted, policy, warn, model=provider.model)
    output = LiveTranscriber(provider, words, troubles, voice_detector, timing)
    return LiveTranscription(wanted.provider, output, words, troubles)


def mode_of(options: Mapping[str, Any]) -> Mode:
    """The mode that the provider's options ask for; ``raw`` where they say nothing."""
    asked = options.get("transcription_mode")
    return next((mode for mode in MODES if mode == asked), "raw")


def tail_s(options: Mapping[str, Any]) -> float:
    """How much silence is sent after speech, so that the provider's own rules can end an utterance."""
    silences_s = [float(options[name]) / 1000 + _MARGIN_S for name in _SILENCES_MS if name in options]
    return min(_LONGEST_TAIL_S, max([TAIL_S, *silences_s]))


def _told_words(
    start: Start,
    wanted: LiveTranscriptionStart,
    policy: AddressPolicy,
    warn: Callable[[str, str], None],
    *,
    model: str,
) -> ToldWords:
    mode = mode_of(wanted.options)
    return ToldWords(
        UtteranceBook(mode),
        Payloads(start.bot_id, mode, start.request.custom_attributes),
        KeptLines(Path(start.directory), wanted.provider, model),
        _receivers(start, policy, warn),
    )


def _receivers(start: Start, policy: AddressPolicy, warn: Callable[[str, str], None]) -> list[Receiver]:
    asked = start.request.live_transcription_required
    receivers: list[Receiver] = []
    if asked is not None and asked.websocket_url is not None:
        receivers.append(SocketReceiver(asked.websocket_url, start.bot_id, policy, warn))
    if asked is not None and asked.webhook_url is not None:
        receivers.append(WebhookReceiver(asked.webhook_url, policy, warn))
    return receivers
