"""A fake of Deepgram's streaming API, ``/v1/listen``, written from what Deepgram documents."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from tests.providers.script import ScriptedUtterance, ScriptedWord, utterances
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
    from websockets.http11 import Response

IDLE_S = 10.0
"""Without sound and without ``KeepAlive`` for so long it hangs up."""
EMPTY_EVERY_S = 3.0
"""It says that it heard nothing of so much silence."""
MODEL_ID = "1abfe86b-e047-4eed-858a-35e5625b41ee"
NET_0001 = (
    "NET-0001: Deepgram did not receive audio data or a text message within the timeout window. "
    "See https://dpgr.am/net0001"
)
DATA_0000 = "DATA-0000: Deepgram could not decode the data as audio. See https://dpgr.am/data0000"
_USUAL_REASONS = {1008: DATA_0000, 1011: NET_0001}
_REFUSALS = {
    400: ("Bad Request", "Bad Request: failed to parse the query."),
    401: ("INVALID_AUTH", "Invalid credentials."),
    402: ("ASR_PAYMENT_REQUIRED", "Project does not have enough credits for an ASR request."),
    403: ("INSUFFICIENT_PERMISSIONS", "Project does not have access to the requested model."),
    429: ("TOO_MANY_REQUESTS", "Too many requests. Please try again later."),
    503: ("SERVICE_UNAVAILABLE", "Service temporarily unavailable."),
}
_FLAGS = {
    "punctuate", "smart_format", "interim_results", "vad_events", "diarize", "numerals", "dictation",
    "profanity_filter", "multichannel", "mip_opt_out", "no_delay", "filler_words", "detect_entities",
}  # fmt: skip
_NUMBERS = {"sample_rate": 1, "channels": 1, "utterance_end_ms": 1000}
_TEXTS = {
    "model", "language", "encoding", "endpointing", "diarize_model", "keyterm", "keywords", "tag", "extra",
    "redact", "replace", "search", "version", "callback", "callback_method",
}  # fmt: skip
_ENCODINGS = {
    "linear16", "linear32", "flac", "alaw", "mulaw", "amr-nb", "amr-wb", "opus", "ogg-opus", "speex", "g729",
}  # fmt: skip


class DeepgramStreamingFake(StreamingFake):
    """The server; see ``StreamingFake``.

    Args:
        args: As ``StreamingFake`` has them.
        words_a_final: Words of an utterance after which a result is final though speech goes on; None: all.
        final_latency_s: Seconds of sound that it hears beyond the end of a word before it is sure of it, as
            every recogniser does.
        kwargs: As ``StreamingFake`` has them.
    """

    def __init__(
        self, *args: Any, words_a_final: int | None = None, final_latency_s: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.words_a_final = words_a_final
        self.final_latency_s = final_latency_s

    def problem_of(self, path: str, query: dict[str, str], headers: dict[str, str]) -> tuple[int, Any] | None:
        """404 for another path, 401 for another key, 400 for what is wrong with the query."""
        if path != "/v1/listen":
            return 404, {"err_code": "NOT_FOUND", "err_msg": "Not found.", "request_id": MODEL_ID}
        if headers.get("authorization") not in {f"Token {self.key}", f"Bearer {self.key}"}:
            return 401, self.usual_refusal(401)
        problem = _query_problem(query)
        if problem is None:
            return None
        return 400, {"err_code": "Bad Request", "err_msg": f"Bad Request: {problem}", "request_id": MODEL_ID}

    def usual_refusal(self, status: int) -> Any:
        """Deepgram's JSON."""
        code, words = _REFUSALS.get(status, ("ERROR", "Something went wrong."))
        return {"err_code": code, "err_msg": words, "request_id": MODEL_ID}

    def add_refusal_headers(self, answer: Response, body: Any) -> None:
        """The reason is in a header too."""
        answer.headers["dg-error"] = body["err_msg"] if isinstance(body, dict) else "refused"
        answer.headers["dg-request-id"] = MODEL_ID

    async def talk(self, connection: ServerConnection, heard: FakeConnection) -> None:
        """Hear until the client closes the stream."""
        talk = _Talk(self, connection, heard)
        await talk.listen_with_rule(IDLE_S, 1011, NET_0001)


def _query_problem(query: dict[str, str]) -> str | None:
    """What is wrong with the parameters; None: nothing."""
    return next(chain(_wrong_values(query), _wrong_together(query)), None)


def _wrong_values(query: dict[str, str]) -> Iterator[str]:
    for name in query.keys() - _FLAGS - _NUMBERS.keys() - _TEXTS:
        yield f"unknown query parameter {name}"
    for name in query.keys() & _FLAGS:
        if query[name] not in {"true", "false"}:
            yield f"{name} must be true or false"
    for name in query.keys() & _NUMBERS.keys():
        if not query[name].isdecimal() or int(query[name]) < _NUMBERS[name]:
            yield f"{name} must be an integer of {_NUMBERS[name]} or more"
    if query.get("encoding", "linear16") not in _ENCODINGS:
        yield "unknown encoding"
    if not (query.get("endpointing", "10").isdecimal() or query["endpointing"] in {"true", "false"}):
        yield "endpointing must be milliseconds or false"
    if query.get("diarize_model", "latest") not in {"latest", "v1"}:
        yield "diarize_model v2 is not there for streams"


def _wrong_together(query: dict[str, str]) -> Iterator[str]:
    if "encoding" in query and "sample_rate" not in query:
        yield "encoding needs sample_rate"
    if "utterance_end_ms" in query and query.get("interim_results") != "true":
        yield "utterance_end_ms needs interim_results=true"


class _Talk(FakeTalk):
    """One stream; only what a client can see of a recogniser."""

    fake: DeepgramStreamingFake

    def __init__(
        self, fake: DeepgramStreamingFake, connection: ServerConnection, heard: FakeConnection
    ) -> None:
        super().__init__(fake, connection, heard, int(heard.query.get("sample_rate", "16000")))
        query = heard.query
        self._channels = int(query.get("channels", "1"))
        self._interim = query.get("interim_results") == "true"
        self._formats = "true" in {query.get("punctuate"), query.get("smart_format")}
        endpointing = query.get("endpointing", "10")
        named = {"false": float("inf"), "true": 0.01}
        self._pause_s = named[endpointing] if endpointing in named else int(endpointing) / 1000
        self._end_s = int(query["utterance_end_ms"]) / 1000 if "utterance_end_ms" in query else None
        self._to_say: list[list[ScriptedWord]] = []
        self.expect(self.words)
        self._told: list[tuple[int, int]] = []
        self._final_until_s = 0.0
        self._n_final = 0
        self._spoken = False
        self._ended_s: list[float] = []

    def expect(self, words: tuple[ScriptedWord, ...]) -> None:
        """Hear these words too, cut at pauses."""
        self._to_say += [list(utterance.words) for utterance in utterances(words, self._pause_s)]

    def check_frame(self, frame: bytes) -> None:
        """Half a sample cannot be decoded."""
        if len(frame) % (2 * self._channels):
            raise ProviderCloses(1008, DATA_0000)

    def reason_of(self, fault: Fault) -> str:
        """Deepgram's, by the code."""
        return fault.close_reason or _USUAL_REASONS.get(fault.close_code or 0, "")

    async def before_fault(self) -> None:
        """An ``Error``."""
        words = self.reason_of(self.fault)
        await self.say({"type": "Error", "variant": words.split(":")[0], "description": words})

    async def on_bad_text(self) -> None:
        """Text that is no JSON."""
        raise ProviderCloses(1008, DATA_0000)

    async def on_text(self, message: Any) -> None:
        """``KeepAlive``, ``Finalize``, ``CloseStream``, ``Configure``."""
        kind = message.get("type") if isinstance(message, dict) else None
        if kind == "Finalize":
            if self._unsure():
                await self._say_final(self._heard_words(), from_finalize=True)
        elif kind == "CloseStream":
            await self._close()
        elif kind == "Configure":
            await self._configure(message)
        elif kind != "KeepAlive":
            raise ProviderCloses(1008, DATA_0000)

    async def _configure(self, message: dict[str, Any]) -> None:
        """Other keyterms, which one family of models takes."""
        keyterms = message.get("keyterms")
        if keyterms is None or self.heard.query.get("model", "base").startswith("nova-3"):
            changed = {} if keyterms is None else {"keyterms": keyterms}
            await self.say({"type": "ConfigureSuccess", "request_id": self.request_id} | changed)
        else:
            code = "CONFIGURE_KEYTERMS_NOT_SUPPORTED"
            words = "keyterms need a Nova-3 model"
            refusal = {"request_id": self.request_id, "code": code, "description": words}
            await self.say({"type": "ConfigureFailure"} | refusal)

    async def on_sound(self) -> None:
        """Say what has become known: interim results, final ones, pauses."""
        while self._to_say and self._is_spoken(self._to_say[0]):
            words = self._voiced(self._to_say[0])
            if not words:
                self._to_say.pop(0)
                continue
            if not await self._grow(words):
                break
        await self._say_utterance_end()
        if self.sound.seconds - self._final_until_s >= EMPTY_EVERY_S and not self._unsure():
            await self._say_result((), is_final=True, speech_final=False)

    def _is_spoken(self, words: list[ScriptedWord]) -> bool:
        return self.sound.seconds >= words[0].end_s + self.fake.final_latency_s

    def _voiced(self, words: list[ScriptedWord]) -> list[ScriptedWord]:
        """The words, without those that were not said after all."""
        return [word for word in words if word.end_s > self.sound.seconds or self.sound.is_voiced(word)]

    async def _grow(self, words: list[ScriptedWord]) -> bool:
        """Say more of the first utterance; gives whether it is over."""
        if not self._spoken:
            self._spoken = True
            if self.heard.query.get("vad_events") == "true":
                await self.say({"type": "SpeechStarted", "channel": [0], "timestamp": words[0].start_s})
        await self._say_interims(words)
        known = self._heard_words()
        most = self.fake.words_a_final
        last_s = words[-1].end_s
        if most is not None and len(known) >= most and known[-1].end_s < last_s:
            await self._say_final(known, speech_final=False)
        if self.sound.seconds < last_s + self._pause_s + self.fake.final_latency_s:
            return False
        await self._say_final(self._heard_words(), speech_final=True)
        return True

    async def _say_interims(self, words: list[ScriptedWord]) -> None:
        """One when half of what is not final was said, and one when all was."""
        if not self._interim:
            return
        waiting = words[self._n_final :]
        for share in (max(1, len(waiting) // 2), len(waiting)):
            mark = (self._n_final, share)
            if mark in self._told or not waiting:
                continue
            if self.sound.seconds < waiting[share - 1].end_s + self.fake.final_latency_s:
                break
            self._told.append(mark)
            await self._say_result(tuple(waiting[:share]), is_final=False, speech_final=False)

    def _unsure(self) -> bool:
        """Whether anything was heard of which no final result was told."""
        return bool(self._heard_words())

    def _heard_words(self) -> list[ScriptedWord]:
        """The words of the first utterance that were said, without those that are final."""
        if not self._to_say:
            return []
        words = self._voiced(self._to_say[0])[self._n_final :]
        return [word for word in words if word.end_s <= self.sound.seconds]

    async def _say_final(
        self, words: list[ScriptedWord], *, speech_final: bool = False, from_finalize: bool = False
    ) -> None:
        await self._say_result(
            tuple(words), is_final=True, speech_final=speech_final, from_finalize=from_finalize
        )
        self._n_final += len(words)
        if words:
            self._ended_s.append(words[-1].end_s)
        rest = [word for word in self._to_say[0] if word.end_s > self.sound.seconds]
        if speech_final or not rest:
            self._to_say.pop(0)
            self._n_final = 0
            self._told.clear()
            self._spoken = False

    async def _say_utterance_end(self) -> None:
        """A gap of words that is long enough, told once."""
        if self._end_s is None or not self._ended_s or self._unsure():
            return
        if self.sound.seconds >= self._ended_s[-1] + self._end_s:
            last_s = self._ended_s[-1]
            self._ended_s.clear()
            await self.say({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": last_s})

    async def _say_result(
        self,
        words: tuple[ScriptedWord, ...],
        *,
        is_final: bool,
        speech_final: bool,
        from_finalize: bool = False,
    ) -> None:
        begin_s, end_s = self._final_until_s, self.sound.seconds
        if is_final:
            self._final_until_s = end_s
        await self.say(
            {
                "type": "Results",
                "channel_index": [0, 1],
                "duration": round(end_s - begin_s, 3),
                "start": round(begin_s, 3),
                "is_final": is_final,
                "speech_final": speech_final,
                "channel": {"alternatives": [self._alternative(words)]},
                "metadata": {
                    "request_id": self.request_id,
                    "model_info": {"name": "general-nova-3", "version": "2026-02-11.0", "arch": "nova-3"},
                    "model_uuid": MODEL_ID,
                },
                "from_finalize": from_finalize,
            }
        )

    def _alternative(self, words: tuple[ScriptedWord, ...]) -> dict[str, Any]:
        said = ScriptedUtterance(words).text if words else ""
        if not self._formats:
            said = " ".join(word.bare for word in words)
        alternative: dict[str, Any] = {
            "transcript": said,
            "confidence": min((word.confidence for word in words), default=0.0),
            "words": [self._word(word) for word in words],
        }
        if self.heard.query.get("language") == "multi":
            alternative["languages"] = ["en"] if words else []
        return alternative

    def _word(self, word: ScriptedWord) -> dict[str, Any]:
        told: dict[str, Any] = {
            "word": word.bare,
            "start": word.start_s,
            "end": word.end_s,
            "confidence": word.confidence,
        }
        if self._formats:
            told["punctuated_word"] = word.text
        if self.heard.query.get("diarize") == "true" or "diarize_model" in self.heard.query:
            told["speaker"] = word.speaker
        if self.heard.query.get("language") == "multi":
            told["language"] = "en"
        return told

    async def _close(self) -> None:
        """The last results, ``Metadata``, and the end."""
        while self._to_say and self._heard_words():
            await self._say_final(self._heard_words(), speech_final=True)
        await self.say(
            {
                "type": "Metadata",
                "transaction_key": "deprecated",
                "request_id": self.request_id,
                "sha256": hashlib.sha256(self.request_id.encode()).hexdigest(),
                "created": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
                "duration": round(self.sound.seconds / self._channels, 6),
                "channels": self._channels,
            }
        )
        if self.fault.mute and self.sound.seconds >= self.fault.after_s:
            await self.connection.wait_closed()
        raise ProviderCloses(1000)
