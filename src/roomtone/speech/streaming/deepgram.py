"""Deepgram's recognition of running speech: one WebSocket a voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.speech.cloud.own_words import shown
from roomtone.speech.streaming.addresses import stream_url, usable
from roomtone.speech.streaming.deepgram_results import DeepgramResults
from roomtone.speech.streaming.dialect import Dial, Message, text
from roomtone.speech.streaming.provider_socket import SocketTiming, recognise
from roomtone.speech.streaming.refusals import LOST, Meaning, ended, refused

if TYPE_CHECKING:
    from roomtone.speech.accounts import Account
    from roomtone.speech.streaming.errors import StreamEnded
    from roomtone.speech.streaming.port import Piece, Sound, Tell

PUBLIC_URL = "wss://api.deepgram.com"
SAMPLE_RATE_HZ = 48_000
FINALIZE_S = 2.0
"""How long the answer to ``Finalize`` is waited for: when nothing was pending there is none."""
TIMING = SocketTiming(keep_alive_s=4.0, silent_s=15.0)
"""It hangs up after 10 s without sound or ``KeepAlive``, and says something of every few seconds of sound."""
PASSED_ON = (
    "model",
    "language",
    "punctuate",
    "smart_format",
    "endpointing",
    "vad_events",
    "utterance_end_ms",
    "encoding",
    "channels",
)
"""Options that are Deepgram's own."""

_IDLE = Meaning("idle", True, "heard nothing for too long")
_BAD_SOUND = Meaning("closed", False, "cannot decode the sound")
_IN_TROUBLE = Meaning("engine_failed", True, "failed")
_HUNG_UP = Meaning("closed", True, "closed the connection")
_REFUSED = Meaning("bad_request", False, "refused what it was sent")
_UNKNOWN = Meaning("closed", False, "refused to go on")
_REASONS = (("net-0001", _IDLE), ("net0001", _IDLE), ("data-0000", _BAD_SOUND), ("data0000", _BAD_SOUND))
CLOSES = {1000: _HUNG_UP, 1001: _HUNG_UP, 1008: _REFUSED, 1011: _IN_TROUBLE, 1012: _HUNG_UP, 1013: _HUNG_UP}
"""What a close code means where its reason names no error; others end the stream for good."""


class DeepgramStreaming:
    """Deepgram; good for many connections at once.

    Args:
        timing: The connection's deadlines.
        finalize_s: How long the answer to ``Finalize`` is waited for.
    """

    name = "deepgram_streaming"

    def __init__(self, timing: SocketTiming = TIMING, finalize_s: float = FINALIZE_S) -> None:
        self._timing = timing
        self._finalize_s = finalize_s

    def sample_rate_hz(self, _options: dict[str, Any]) -> int:
        """Always 48,000 Hz."""
        return SAMPLE_RATE_HZ

    async def stream(
        self, sound: Sound, options: dict[str, Any], account: Account | None, tell: Tell
    ) -> None:
        """Recognise until the sound ends; see ``StreamingProvider``."""
        account = usable(account, "Deepgram")
        dialect = DeepgramDialect(options, account, self._finalize_s)
        await recognise(dial(options, account), dialect, sound, account, tell, self._timing)


def dial(options: dict[str, Any], account: Account) -> Dial:
    """Where the stream is reached."""
    query = {name: options[name] for name in PASSED_ON if name in options}
    query |= {"sample_rate": SAMPLE_RATE_HZ, "interim_results": True}
    headers = {"Authorization": f"Token {account.api_key}"} if account.api_key else {}
    return Dial(stream_url(account.base_url or PUBLIC_URL, "/v1/listen", query), headers)


class DeepgramDialect:
    """How Deepgram speaks on one connection; see ``Dialect``.

    Args:
        options: The stream's.
        account: Its key is never shown.
        finalize_s: How long the answer to ``Finalize`` is waited for.
    """

    provider = "Deepgram"
    sample_rate_hz = SAMPLE_RATE_HZ
    keep_alive = '{"type":"KeepAlive"}'

    def __init__(self, options: dict[str, Any], account: Account, finalize_s: float = FINALIZE_S) -> None:
        formats = bool(options.get("punctuate") or options.get("smart_format"))
        self._results = DeepgramResults(formats=formats)
        self._secrets = (account.api_key,)
        self._finalize_s = finalize_s
        self.due_s: float | None = None
        self.is_over = False

    def sound(self, pcm: bytes) -> list[Message]:
        """The sound as it is."""
        self.due_s = None
        return [pcm]

    def flush(self, now_s: float) -> list[Message]:
        """``Finalize``."""
        self.due_s = now_s + self._finalize_s
        return ['{"type":"Finalize"}']

    def end(self) -> list[Message]:
        """``CloseStream``."""
        return ['{"type":"CloseStream"}']

    def hear(self, message: dict[str, Any], now_s: float) -> list[Piece]:
        """What is new; raises ``StreamEnded`` with an ``Error`` message."""
        match message.get("type"):
            case "Results":
                if message.get("from_finalize") is True:
                    self.due_s = None
                elif self.due_s is not None:
                    self.due_s = now_s + self._finalize_s
                return self._results.result(message)
            case "UtteranceEnd":
                return self._results.utterance_end(message)
            case "Metadata":
                self.is_over = True
            case "Error":
                words = [text(message.get(name)) for name in ("code", "variant", "description", "message")]
                raise self._ended(_IN_TROUBLE, "; ".join(filter(None, dict.fromkeys(words))))
            case _:
                pass  # SpeechStarted tells nothing that the results do not, and new kinds may come
        return []

    def wait_is_over(self, _now_s: float) -> list[Piece]:
        """The utterance ends without an answer to ``Finalize``."""
        self.due_s = None
        return self._results.end_utterance()

    def finish(self, *, orderly: bool) -> list[Piece]:
        """The last words."""
        return self._results.finish(orderly=orderly)

    def refused(self, status: int, headers: dict[str, str], body: bytes) -> StreamEnded:
        """A handshake's refusal; ``dg-error`` says why, or the body."""
        return refused(self.provider, status, body, self._secrets, headers.get("dg-error"))

    def closed(self, code: int | None, reason: str) -> StreamEnded:
        """A close: the name of an error in its reason says more than its code."""
        if code is None:
            return ended(self.provider, LOST, "")
        return self._ended(CLOSES.get(code, _UNKNOWN), reason, f"code {code}")

    def _ended(self, meaning: Meaning, words: str, detail: str = "") -> StreamEnded:
        known = next((meant for name, meant in _REASONS if name in words.lower()), meaning)
        return ended(self.provider, known, shown(words, self._secrets), detail)
