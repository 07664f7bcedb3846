"""AssemblyAI's recognition of running speech (streaming v3): one WebSocket a voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from roomtone.speech.cloud.own_words import shown
from roomtone.speech.streaming.addresses import stream_url, usable
from roomtone.speech.streaming.assemblyai_turns import AssemblyaiTurns
from roomtone.speech.streaming.dialect import Dial, Message, text
from roomtone.speech.streaming.provider_socket import SocketTiming, recognise
from roomtone.speech.streaming.refusals import LOST, Meaning, ended, refused
from roomtone.speech.streaming.sound_frames import SoundFrames

if TYPE_CHECKING:
    from roomtone.speech.accounts import Account
    from roomtone.speech.streaming.errors import StreamEnded
    from roomtone.speech.streaming.port import Piece, Sound, Tell

PUBLIC_URL = "wss://streaming.assemblyai.com"
VERSION = "2025-05-12"
"""The protocol's version that is spoken here."""
SAMPLE_RATE_HZ = 48_000
"""Where the options name no rate."""
SHORTEST_FRAME_S, LONGEST_FRAME_S = 0.05, 1.0
"""It closes with 3007 on others."""
FORMATTED_S = 2.0
"""How long the formatted form of a turn is waited for."""
TIMING = SocketTiming(keep_alive_s=4.0, most_speed=2.0)
"""It closes with 4029 when sound comes too fast, and does not say how fast that is."""
PASSED_ON = {
    "sample_rate": "sample_rate",
    "encoding": "encoding",
    "speech_model": "speech_model",
    "format_turns": "format_turns",
    "vad_threshold": "vad_threshold",
    "end_of_turn_confidence_threshold": "end_of_turn_confidence_threshold",
    "inactivity_timeout": "inactivity_timeout",
    "min_end_of_turn_silence_when_confident": "min_turn_silence",
    "max_turn_silence": "max_turn_silence",
}
"""Options that are AssemblyAI's own, and their names there today."""
_STREAMING_HOSTS = {
    "api.assemblyai.com": "streaming.assemblyai.com",
    "api.eu.assemblyai.com": "streaming.eu.assemblyai.com",
}
"""Streams have hosts of their own; an account's address may name the other one."""

CLOSES = {
    1000: Meaning("closed", True, "closed the connection"),
    1001: Meaning("closed", True, "closed the connection"),
    1008: Meaning("key_refused", False, "refused the key or the account"),
    1011: Meaning("engine_failed", True, "failed"),
    1012: Meaning("closed", True, "closed the connection"),
    1013: Meaning("unreachable", True, "asks to try again later"),
    3005: Meaning("engine_failed", True, "failed"),
    3006: Meaning("bad_request", False, "refused what it was sent"),
    3007: Meaning("closed", False, "refused the length of a piece of sound"),
    3008: Meaning("expired", True, "ended the session, which had lasted as long as one may"),
    3009: Meaning("too_many_streams", True, "allows no more streams at once"),
    4000: Meaning("bad_request", False, "refused the sample rate"),
    4001: Meaning("key_refused", False, "refused the key; set a right one"),
    4002: Meaning("no_funds", False, "has no credit left on this account"),
    4003: Meaning("no_funds", False, "asks for a paid account"),
    4004: Meaning("closed", False, "does not know the session"),
    4008: Meaning("expired", True, "ended the session, which had lasted as long as one may"),
    4010: Meaning("closed", False, "had closed the session before"),
    4029: Meaning("closed", False, "was sent sound too fast"),
    4030: Meaning("closed", False, "has the session on another connection"),
    4031: Meaning("idle", True, "heard nothing for too long"),
    4032: Meaning("closed", False, "was sent too little sound"),
    4033: Meaning("closed", False, "was sent too much sound"),
    4034: Meaning("closed", False, "was sent too little sound"),
    4100: Meaning("closed", False, "cannot read what it was sent"),
    4101: Meaning("closed", False, "refused what it was sent"),
    4102: Meaning("too_many_streams", False, "allows no more streams with this account"),
    4103: Meaning("closed", False, "has the session on another connection"),
}
"""What a close code means; others end the stream for good when they begin with 4. ``bad_request`` is of the
options, which every stream has; what one stream did wrong is ``closed``."""
_HUNG_UP = Meaning("closed", True, "closed the connection")
_REFUSED = Meaning("closed", False, "refused to go on")


class AssemblyaiStreaming:
    """AssemblyAI; good for many connections at once.

    Args:
        timing: The connection's deadlines.
        formatted_s: How long the formatted form of a turn is waited for.
    """

    name = "assemblyai_streaming"

    def __init__(self, timing: SocketTiming = TIMING, formatted_s: float = FORMATTED_S) -> None:
        self._timing = timing
        self._formatted_s = formatted_s

    def sample_rate_hz(self, options: dict[str, Any]) -> int:
        """What the customer chose, 8,000 to 48,000 Hz."""
        return int(options.get("sample_rate") or SAMPLE_RATE_HZ)

    async def stream(
        self, sound: Sound, options: dict[str, Any], account: Account | None, tell: Tell
    ) -> None:
        """Recognise until the sound ends; see ``StreamingProvider``."""
        account = usable(account, "AssemblyAI")
        dialect = AssemblyaiDialect(options, account, self.sample_rate_hz(options), self._formatted_s)
        await recognise(dial(options, account), dialect, sound, account, tell, self._timing)


def dial(options: dict[str, Any], account: Account) -> Dial:
    """Where the stream is reached."""
    query = {"sample_rate": SAMPLE_RATE_HZ} | {
        theirs: options[ours] for ours, theirs in PASSED_ON.items() if ours in options
    }
    headers = {"AssemblyAI-Version": VERSION}
    if account.api_key:
        headers["Authorization"] = account.api_key
    return Dial(stream_url(_streaming_address(account.base_url), "/v3/ws", query), headers)


def _streaming_address(base_url: str | None) -> str:
    if base_url is None:
        return PUBLIC_URL
    host = _STREAMING_HOSTS.get(urlsplit(base_url).hostname or "")
    return f"wss://{host}" if host else base_url


class AssemblyaiDialect:
    """How AssemblyAI speaks on one connection; see ``Dialect``.

    Args:
        options: The stream's.
        account: Its key is never shown.
        sample_rate_hz: The sound's.
        formatted_s: How long the formatted form of a turn is waited for.
    """

    provider = "AssemblyAI"
    keep_alive = '{"type":"KeepAlive"}'

    def __init__(
        self,
        options: dict[str, Any],
        account: Account,
        sample_rate_hz: int,
        formatted_s: float = FORMATTED_S,
    ) -> None:
        self.sample_rate_hz = sample_rate_hz
        self._frames = SoundFrames(sample_rate_hz, SHORTEST_FRAME_S, LONGEST_FRAME_S)
        formats = options.get("format_turns") is True
        self._turns = AssemblyaiTurns(formats=formats, given_s=self._frames.given_s)
        self._secrets = (account.api_key,)
        self._formatted_s = formatted_s
        self.due_s: float | None = None
        self.is_over = False

    def sound(self, pcm: bytes) -> list[Message]:
        """The frames that are complete."""
        return list(self._frames.add(pcm))

    def flush(self, _now_s: float) -> list[Message]:
        """What is left as a frame, and ``ForceEndpoint``."""
        return [*self._frames.flush(), '{"type":"ForceEndpoint"}']

    def end(self) -> list[Message]:
        """What is left as a frame, and ``Terminate``: an open session costs until it closes itself."""
        return [*self._frames.flush(), '{"type":"Terminate"}']

    def hear(self, message: dict[str, Any], now_s: float) -> list[Piece]:
        """What is new; raises ``StreamEnded`` with an ``Error`` message."""
        kind = message.get("type")
        if kind == "Turn":
            pieces = self._turns.turn(message)
            if not self._turns.is_pending:
                self.due_s = None
            elif self.due_s is None:
                self.due_s = now_s + self._formatted_s
            return pieces
        if kind == "Termination":
            self.is_over = True
        elif kind == "Error" or (kind is None and "error" in message):
            code = message.get("error_code")
            raise self._ended(code if isinstance(code, int) else 1011, text(message.get("error")))
        return []  # Begin, SpeechStarted and others tell nothing that turns do not

    def wait_is_over(self, _now_s: float) -> list[Piece]:
        """Turns end without their formatted form."""
        self.due_s = None
        return self._turns.settle()

    def finish(self, *, orderly: bool) -> list[Piece]:
        """The last words."""
        return self._turns.finish(orderly=orderly)

    def refused(self, status: int, _headers: dict[str, str], body: bytes) -> StreamEnded:
        """A handshake's refusal; the body says why."""
        return refused(self.provider, status, body, self._secrets)

    def closed(self, code: int | None, reason: str) -> StreamEnded:
        """A close, by its code."""
        return ended(self.provider, LOST, "") if code is None else self._ended(code, reason)

    def _ended(self, code: int, words: str) -> StreamEnded:
        meaning = CLOSES.get(code) or (_REFUSED if 4000 <= code < 5000 else _HUNG_UP)
        return ended(self.provider, meaning, shown(words, self._secrets), f"code {code}")
