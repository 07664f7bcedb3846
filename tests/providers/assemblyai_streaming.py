"""A fake of AssemblyAI's streaming API, ``/v3/ws``, written from what AssemblyAI documents."""

from __future__ import annotations

import time
from itertools import chain
from typing import TYPE_CHECKING, Any

from tests.providers.script import ScriptedWord, utterances
from tests.providers.streaming_fake import (
    FakeConnection,
    FakeTalk,
    Fault,
    ProviderCloses,
    StreamingFake,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from websockets.asyncio.server import ServerConnection

SESSION_S = 3 * 3600.0
"""A session closes itself after so long."""
CLOSES = {
    1013: "Temporary server condition forced blocking client's request",
    3005: "Server error",
    3006: "Input validation error",
    3007: "Input duration violation",
    3008: "Session expired: maximum session duration exceeded",
    3009: "Too many concurrent sessions",
    4000: "Sample rate must be a positive integer",
    4001: "Not Authorized",
    4002: "Insufficient Funds",
    4008: "Session Expired",
    4010: "Session Previously Closed",
    4029: "Client sent audio too fast",
    4031: "Session idle for too long",
    4100: "Endpoint received invalid JSON",
    4101: "Endpoint received a message with an invalid schema",
    4102: "This account has exceeded the number of allowed streams",
}
"""The documented close codes with what they say."""
_MODELS = {
    "universal-streaming-english", "universal-streaming-multilingual", "u3-rt-pro", "u3-rt-pro-beta-1",
    "whisper-rt", "universal-3-5-pro", "universal-3-6", "universal-3-6-pro", "u3-pro",
}  # fmt: skip
_ALWAYS_FORMATTED = {"u3-rt-pro", "u3-rt-pro-beta-1", "u3-pro", "universal-3-6-pro"}
_ENCODINGS = {"pcm_s16le", "pcm_mulaw", "opus", "ogg_opus", "aac"}
_FLAGS = {
    "format_turns", "speaker_labels", "language_detection", "filter_profanity", "session_heartbeat",
    "include_partial_turns", "continuous_partials", "acknowledge_silence",
}  # fmt: skip
_SHARES = {"end_of_turn_confidence_threshold", "vad_threshold"}
_RANGES = {
    "min_turn_silence": (0, 60_000),
    "min_end_of_turn_silence_when_confident": (0, 60_000),
    "max_turn_silence": (0, 60_000),
    "inactivity_timeout": (5, 3600),
    "max_speakers": (1, 10),
}
_TEXTS = {
    "sample_rate", "encoding", "speech_model", "keyterms_prompt", "token", "prompt", "language_code",
    "language_codes", "domain",
}  # fmt: skip


class AssemblyaiStreamingFake(StreamingFake):
    """The server; see ``StreamingFake``.

    Args:
        args: As ``StreamingFake`` has them.
        refuses_keys_by_http: Answer a wrong key with HTTP 401 instead of close code 4001.
        most_streams: Connections at once; more are closed with 3009.
        most_speed: Sound that comes so many times faster than it is spoken, and 5 s more, is closed with 4029;
            None: as fast as it likes.
        formatted_delay_s: How much sound later the formatted form of a turn comes.
        kwargs: As ``StreamingFake`` has them.
    """

    def __init__(
        self,
        *args: Any,
        refuses_keys_by_http: bool = False,
        most_streams: int = 100,
        most_speed: float | None = None,
        formatted_delay_s: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.refuses_keys_by_http = refuses_keys_by_http
        self.most_streams = most_streams
        self.most_speed = most_speed
        self.formatted_delay_s = formatted_delay_s

    def problem_of(self, path: str, query: dict[str, str], headers: dict[str, str]) -> tuple[int, Any] | None:
        """404 for another path; 401 for a wrong key where that is how it refuses them."""
        if path != "/v3/ws":
            return 404, {"error": "Not found"}
        if self.refuses_keys_by_http and not self.is_right_key(query, headers):
            return 401, self.usual_refusal(401)
        return None

    def is_right_key(self, query: dict[str, str], headers: dict[str, str]) -> bool:
        """Whether the key is right: without a scheme word, or a token in the query."""
        return self.key in {headers.get("authorization"), query.get("token")}

    def usual_refusal(self, status: int) -> Any:
        """AssemblyAI's JSON."""
        words = {401: "Invalid API key", 402: "Insufficient funds", 429: "Too many requests"}
        return {"error": words.get(status, "Something went wrong")}

    async def talk(self, connection: ServerConnection, heard: FakeConnection) -> None:
        """Hear until the client ends the session."""
        if not self.is_right_key(heard.query, heard.headers):
            raise ProviderCloses(4001, CLOSES[4001])
        if "assemblyai-version" not in heard.headers:
            raise ProviderCloses(3006, "AssemblyAI-Version is missing")
        if len(self.open_connections) > self.most_streams:
            raise ProviderCloses(3009, CLOSES[3009])
        if not heard.query.get("sample_rate", "0").isdecimal() or int(heard.query["sample_rate"]) == 0:
            raise ProviderCloses(4000, CLOSES[4000])
        problem = next(_query_problems(heard.query), None)
        if problem is not None:
            raise ProviderCloses(3006, f"{CLOSES[3006]}: {problem}")
        await _Talk(self, connection, heard).run()


def _query_problems(query: dict[str, str]) -> Iterator[str]:
    return chain(_wrong_words(query), _wrong_numbers(query))


def _wrong_words(query: dict[str, str]) -> Iterator[str]:
    for name in query.keys() - _FLAGS - _SHARES - _RANGES.keys() - _TEXTS:
        yield f"{name} is unknown"
    if query.get("speech_model") not in _MODELS:
        yield "speech_model is missing or unknown"
    if query.get("encoding", "pcm_s16le") not in _ENCODINGS:
        yield "encoding is unknown"
    for name in query.keys() & _FLAGS:
        if query[name].lower() not in {"true", "false"}:
            yield f"{name} must be a boolean"


def _wrong_numbers(query: dict[str, str]) -> Iterator[str]:
    for name in query.keys() & _SHARES:
        if not query[name].replace(".", "", 1).isdecimal() or not 0 <= float(query[name]) <= 1:
            yield f"{name} must be a number from 0 to 1"
    for name in query.keys() & _RANGES.keys():
        least, most = _RANGES[name]
        if not query[name].isdecimal() or not least <= int(query[name]) <= most:
            yield f"{name} must be an integer from {least} to {most}"


class _Talk(FakeTalk):
    """One session; only what a client can see of a recogniser."""

    fake: AssemblyaiStreamingFake

    def __init__(
        self, fake: AssemblyaiStreamingFake, connection: ServerConnection, heard: FakeConnection
    ) -> None:
        super().__init__(fake, connection, heard, int(heard.query["sample_rate"]))
        query = heard.query
        self._formats = self._flag("format_turns")
        self._always_formats = query["speech_model"] in _ALWAYS_FORMATTED
        old = query.get("min_end_of_turn_silence_when_confident", "400")
        self._pause_s = int(query.get("min_turn_silence", old)) / 1000
        self._to_say: list[list[ScriptedWord]] = []
        self.expect(self.words)
        self._order = 0
        self._told: set[int] = set()
        self._is_spoken = False
        self._to_format: list[tuple[float, int, list[ScriptedWord]]] = []
        self._begun_s = fake.clock.now_s()
        self._beats = 0

    def _flag(self, name: str) -> bool:
        return self.heard.query.get(name, "false").lower() == "true"

    async def run(self) -> None:
        """The session."""
        expires_s = int(time.time() + SESSION_S)
        model = self.heard.query["speech_model"]
        await self.say(
            {
                "type": "Begin",
                "id": self.request_id,
                "expires_at": expires_s,
                "configuration": {"model": model, "api_version": "v3"},
            }
        )
        if model == "u3-pro":
            await self.say(
                {"type": "Warning", "warning_code": 1, "warning": "u3-pro is called u3-rt-pro now"}
            )
        timeout_s = self.heard.query.get("inactivity_timeout")
        idle_s = None if timeout_s is None else float(timeout_s)
        await self.listen_with_rule(idle_s, 4031, CLOSES[4031])

    def expect(self, words: tuple[ScriptedWord, ...]) -> None:
        """Hear these words too, cut at pauses."""
        self._to_say += [list(utterance.words) for utterance in utterances(words, self._pause_s)]

    def check_frame(self, frame: bytes) -> None:
        """50 to 1000 ms a frame, and not too fast."""
        length_ms = len(frame) / 2 / self.sound.rate * 1000
        if len(frame) % 2 or not 50 <= length_ms <= 1000:
            raise ProviderCloses(3007, f"{CLOSES[3007]}: {length_ms:.0f} ms. Expected between 50 and 1000 ms")
        most = self.fake.most_speed
        passed_s = self.fake.clock.now_s() - self._begun_s
        if most is not None and self.sound.seconds > passed_s * most + 5.0:
            raise ProviderCloses(4029, CLOSES[4029])

    def reason_of(self, fault: Fault) -> str:
        """AssemblyAI's, by the code."""
        return fault.close_reason or CLOSES.get(fault.close_code or 0, "")

    async def before_fault(self) -> None:
        """An ``Error``."""
        code = self.fault.close_code
        await self.say({"type": "Error", "error_code": code, "error": self.reason_of(self.fault)})

    async def on_bad_text(self) -> None:
        """Text that is no JSON."""
        raise ProviderCloses(4100, CLOSES[4100])

    async def on_text(self, message: Any) -> None:
        """``ForceEndpoint``, ``UpdateConfiguration``, ``KeepAlive``, ``Terminate``."""
        kind = message.get("type") if isinstance(message, dict) else None
        if kind == "ForceEndpoint":
            await self._end_turn()
        elif kind == "Terminate":
            await self._terminate()
        elif kind not in {"KeepAlive", "UpdateConfiguration"}:
            raise ProviderCloses(4101, CLOSES[4101])

    async def on_sound(self) -> None:
        """Say what has become known: growing turns, ended ones."""
        if self.sound.seconds >= self._beats + 1 and self._flag("session_heartbeat"):
            self._beats += 1
            await self._beat()
        await self._say_formatted(self.sound.seconds)
        while self._to_say and self.sound.seconds >= self._to_say[0][0].end_s:
            words = [word for word in self._to_say[0] if self._may_be_voiced(word)]
            if not words:
                self._to_say.pop(0)
                continue
            if not self._is_spoken:
                self._is_spoken = True
                await self.say({"type": "SpeechStarted", "timestamp": _ms(words[0].start_s)})
            await self._say_partials(words)
            if self.sound.seconds < words[-1].end_s + self._pause_s:
                break
            await self._end_turn()

    async def _beat(self) -> None:
        """Tell how much was heard; once a second of sound, if that was asked for."""
        passed_s = self.fake.clock.now_s() - self._begun_s
        await self.say(
            {
                "type": "Heartbeat",
                "total_audio_received_ms": _ms(self.sound.seconds),
                "total_duration_ms": _ms(passed_s),
                "realtime_factor": self.sound.seconds / max(passed_s, 0.001),
                "max_speech_probability": 0.5,
            }
        )

    def _may_be_voiced(self, word: ScriptedWord) -> bool:
        return word.end_s > self.sound.seconds or self.sound.is_voiced(word)

    async def _say_partials(self, words: list[ScriptedWord]) -> None:
        """One when half of the turn was said, and one when all was; the last word is not sure yet."""
        for n_words in (max(1, len(words) // 2), len(words)):
            if n_words not in self._told and self.sound.seconds >= words[n_words - 1].end_s:
                self._told.add(n_words)
                await self._say_turn(self._order, words[:n_words], n_final=n_words - 1)

    async def _end_turn(self) -> None:
        """The end of the turn with what was heard of it, if anything was."""
        if not self._to_say:
            return
        said = [w for w in self._to_say[0] if w.end_s <= self.sound.seconds and self.sound.is_voiced(w)]
        if not said:
            return
        rest = [word for word in self._to_say[0] if word.end_s > self.sound.seconds]
        order, self._order = self._order, self._order + 1
        self._to_say[:1] = [rest] if rest else []
        self._told.clear()
        self._is_spoken = False
        formats = self._always_formats
        await self._say_turn(order, said, n_final=len(said), is_over=True, is_formatted=formats)
        if self._formats and not formats:
            self._to_format.append((self.sound.seconds + self.fake.formatted_delay_s, order, said))
            await self._say_formatted(self.sound.seconds)

    async def _say_formatted(self, now_s: float) -> None:
        while self._to_format and now_s >= self._to_format[0][0]:
            _, order, said = self._to_format.pop(0)
            await self._say_turn(order, said, n_final=len(said), is_over=True, is_formatted=True)

    async def _say_turn(
        self,
        order: int,
        words: list[ScriptedWord],
        *,
        n_final: int,
        is_over: bool = False,
        is_formatted: bool = False,
    ) -> None:
        texts = [word.text if is_formatted else word.bare for word in words]
        transcript = " ".join(texts[:n_final])
        turn: dict[str, Any] = {
            "turn_order": order,
            "turn_is_formatted": is_formatted,
            "end_of_turn": is_over,
            "transcript": transcript,
            "utterance": transcript if is_over else "",
            "end_of_turn_confidence": 0.9 if is_over else 0.1,
            "words": [
                _word(word, text, n < n_final)
                for n, (word, text) in enumerate(zip(words, texts, strict=True))
            ],
            "type": "Turn",
        }
        if "multilingual" in self.heard.query["speech_model"]:
            turn |= {"language_code": "en", "language_confidence": 0.99}
        if self._flag("speaker_labels"):
            turn["speaker_label"] = "ABCDEFGHIJ"[words[0].speaker]
        await self.say(turn)

    async def _terminate(self) -> None:
        """The last turn, ``Termination``, and the end."""
        await self._end_turn()
        await self._say_formatted(float("inf"))
        await self.say(
            {
                "type": "Termination",
                "audio_duration_seconds": round(self.sound.seconds),
                "session_duration_seconds": round(self.fake.clock.now_s() - self._begun_s),
            }
        )
        if self.fault.mute and self.sound.seconds >= self.fault.after_s:
            await self.connection.wait_closed()
        raise ProviderCloses(1000)


def _word(word: ScriptedWord, text: str, is_final: bool) -> dict[str, Any]:
    return {
        "text": text,
        "start": _ms(word.start_s),
        "end": _ms(word.end_s),
        "confidence": word.confidence,
        "word_is_final": is_final,
    }


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
