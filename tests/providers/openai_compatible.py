"""A fake of OpenAI's ``POST /v1/audio/transcriptions``, and of the servers that speak it with omissions.

Written from OpenAI's reference and the types of its SDK; from the sources of vLLM and whisper.cpp's server
what they leave out.
"""

from __future__ import annotations

import asyncio
import math
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.providers.forms import Form, parsed_form
from tests.providers.hearing import Heard, NoSound
from tests.providers.matching import MatchingEar
from tests.providers.script import ScriptedUtterance, ScriptedWord, utterances

if TYPE_CHECKING:
    from starlette.requests import Request

KEY = "sk-fake-key-of-nobody"
_KINDS = {"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"}
_TEXT_ALONE = {"gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-transcribe"}
_DIARIZING = "gpt-4o-transcribe-diarize"
_LONGEST_S = 1400.0


@dataclass(frozen=True, slots=True)
class Flavour:
    """Which server it is.

    Attributes:
        key: What it wants; empty: it asks nobody.
        models: Those it has.
        words: ``bare``: at the answer's top, as OpenAI; ``in_segments``: whisper.cpp's parts of words;
            ``none``: not even when asked for.
        segments: ``list``, ``null`` or ``none``.
        verbose: Whether it knows ``verbose_json``; older vLLM does not.
        granularities: Whether it takes ``timestamp_granularities[]``.
        language: As it tells it; None: it does not.
        most_bytes: Of a file.
        credit_s: Seconds of sound that there is money for.
        taken_s: Seconds of sound after which it wants no more for now.
    """

    key: str = KEY
    models: frozenset[str] = frozenset({"whisper-1", _DIARIZING, *_TEXT_ALONE})
    words: str = "bare"
    segments: str = "list"
    verbose: bool = True
    granularities: bool = True
    language: str | None = "english"
    most_bytes: int = 25 * 1024 * 1024
    credit_s: float = math.inf
    taken_s: float = math.inf


@dataclass(slots=True)
class FakeOpenai:
    """The server.

    Attributes:
        ear: Knows what is said in what it is sent.
        flavour: Which server it is.
        forms: The forms it was sent, without their files.
        paid_s: Seconds of sound that it has transcribed.
    """

    ear: MatchingEar = field(default_factory=MatchingEar)
    flavour: Flavour = field(default_factory=Flavour)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    paid_s: float = 0.0

    def app(self) -> Starlette:
        """What to serve."""
        return Starlette(routes=[Route("/v1/audio/transcriptions", self._transcribe, methods=["POST"])])

    async def _transcribe(self, request: Request) -> Response:
        try:
            self._check_key(request.headers.get("authorization", ""))
            try:
                form = parsed_form(request.headers.get("content-type", ""), await self._body(request))
            except ValueError:
                raise Refused(400, "Could not parse multipart form") from None
            self.forms.append(form.fields)
            return await self._answered(form)
        except Refused as refused:
            return refused.response()

    async def _body(self, request: Request) -> bytes:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > self.flavour.most_bytes + 100_000:
                raise Refused(413, "413: Maximum content size limit (26214400) exceeded")
        return bytes(body)

    def _check_key(self, header: str) -> None:
        if self.flavour.key and header != f"Bearer {self.flavour.key}":
            given = header.removeprefix("Bearer ")
            raise Refused(
                401,
                f"Incorrect API key provided: {given[:4]}********{given[-4:]}. You can find your API key at "
                "https://platform.openai.com/account/api-keys.",
                code="invalid_api_key",
            )

    async def _answered(self, form: Form) -> Response:
        model = self._model(form)
        answer_format = form.value("response_format") or "json"
        self._check_format(form, model, answer_format)
        heard = await self._heard(form)
        if model in {_DIARIZING, *_TEXT_ALONE} and heard.duration_s > _LONGEST_S:
            raise Refused(
                400,
                f"audio duration {heard.duration_s} seconds is longer than 1400 seconds which is the maximum "
                "for this model",
            )
        if model == _DIARIZING and heard.duration_s > 30 and form.value("chunking_strategy") is None:
            raise Refused(400, "chunking_strategy is required for diarization models", "chunking_strategy")
        if self.paid_s >= self.flavour.credit_s:
            quota = "You exceeded your current quota, please check your plan and billing details."
            raise Refused(429, quota, None, "insufficient_quota", "insufficient_quota")
        if self.paid_s >= self.flavour.taken_s:
            raise Refused(429, "Rate limit reached for requests.", None, "rate_limit_exceeded", "requests")
        self.paid_s += heard.duration_s
        said = " ".join(word.text for word in heard.words)
        if answer_format == "text":
            return PlainTextResponse(said + "\n")
        if answer_format == "json":
            return JSONResponse({"text": said, "usage": _usage(heard)})
        if answer_format == "diarized_json":
            return JSONResponse(_diarized(heard, said))
        wanted = form.fields.get("timestamp_granularities[]") or ["segment"]
        return JSONResponse(self._verbose(heard, said, wanted))

    def _model(self, form: Form) -> str:
        model = form.value("model")
        if model is None:
            raise Refused(400, "you must provide a model parameter", "model")
        if model not in self.flavour.models:
            raise Refused(404, f"The model '{model}' does not exist", "model", "model_not_found")
        return model

    def _check_format(self, form: Form, model: str, answer_format: str) -> None:
        known = {"json", "text", "srt", "vtt", "verbose_json", "diarized_json"}
        if not self.flavour.verbose and answer_format not in {"json", "text"}:
            raise Refused(
                400, "Currently only support response_format `text` or `json`", kind="BadRequestError"
            )
        possible = (
            {"json", "text", "diarized_json"}
            if model == _DIARIZING
            else {"json", "text"}
            if model in _TEXT_ALONE
            else known - {"diarized_json"}
        )
        if answer_format not in possible:
            raise Refused(
                400,
                f"response_format '{answer_format}' is not compatible with model '{model}'.",
                "response_format",
                "unsupported_value",
            )
        if "timestamp_granularities[]" in form.fields and (
            answer_format != "verbose_json" or not self.flavour.granularities
        ):
            raise Refused(400, "timestamp_granularities is not supported", "timestamp_granularities[]")
        if model == _DIARIZING and form.value("prompt") is not None:
            raise Refused(400, "Prompt is not supported for diarization models", "prompt")
        language = form.value("language")
        if language is not None and re.fullmatch("[a-z]{2}", language) is None:
            raise Refused(
                400,
                f"Invalid language '{language}'. Language parameter must be specified in ISO-639-1 format.",
                "language",
                "invalid_language_format",
            )

    async def _heard(self, form: Form) -> Heard:
        file = form.files.get("file")
        if file is None:
            raise Refused(400, "Missing required parameter: 'file'", "file")
        if file.name.rpartition(".")[2] not in _KINDS:
            raise Refused(400, f"Unrecognized file format. Supported formats: {sorted(_KINDS)}", "file")
        if len(file.content) > self.flavour.most_bytes:
            raise Refused(413, "413: Maximum content size limit (26214400) exceeded")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"sound.{file.name.rpartition('.')[2]}"
            path.write_bytes(file.content)
            try:
                return await asyncio.to_thread(self.ear.hear, path)
            except NoSound:
                raise Refused(400, "Audio file might be corrupted or unsupported", "file") from None

    def _verbose(self, heard: Heard, said: str, wanted: list[str]) -> dict[str, Any]:
        cut = utterances(heard.words, pause_s=0.5)
        answer: dict[str, Any] = {"task": "transcribe", "duration": heard.duration_s, "text": said}
        if self.flavour.language is not None:
            answer["language"] = self.flavour.language
        if self.flavour.segments == "list" and ("segment" in wanted or self.flavour.words == "in_segments"):
            answer["segments"] = [self._segment(number, one) for number, one in enumerate(cut)]
        elif self.flavour.segments == "null":
            answer["segments"] = None
        if self.flavour.words == "bare" and "word" in wanted:
            answer["words"] = [
                {"word": word.bare, "start": word.start_s, "end": word.end_s} for word in heard.words
            ]
        answer["usage"] = _usage(heard)
        return answer

    def _segment(self, number: int, said: ScriptedUtterance) -> dict[str, Any]:
        segment = {
            "id": number,
            "seek": 0,
            "start": said.start_s,
            "end": said.end_s,
            "text": f" {said.text}",
            "tokens": [50364, 2425],
            "temperature": 0.0,
            "avg_logprob": -0.28,
            "compression_ratio": 1.23,
            "no_speech_prob": 0.009,
        }
        if self.flavour.words == "in_segments":
            segment["words"] = [part for word in said.words for part in _parts(word)]
        return segment


class Refused(Exception):
    """An answer that is an error, in OpenAI's shape."""

    def __init__(
        self,
        status: int,
        message: str,
        param: str | None = None,
        code: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"message": message, "type": kind, "param": param, "code": code}

    def response(self) -> JSONResponse:
        """As it is sent."""
        return JSONResponse({"error": self.error}, self.status)


def _parts(word: ScriptedWord) -> list[dict[str, Any]]:
    """A word as whisper.cpp tells it: its tokens."""
    half_s = (word.start_s + word.end_s) / 2
    cut = max(1, len(word.text) // 2)
    ends = [(f" {word.text[:cut]}", word.start_s, half_s), (word.text[cut:], half_s, word.end_s)]
    return [
        {"word": text, "start": start_s, "end": end_s, "t_dtw": -1, "probability": word.confidence}
        for text, start_s, end_s in ends
        if text
    ]


def _diarized(heard: Heard, said: str) -> dict[str, Any]:
    letters: dict[int, str] = {}
    segments = []
    for number, one in enumerate(utterances(heard.words, pause_s=0.5)):
        letter = letters.setdefault(one.speaker, chr(ord("A") + len(letters)))
        segments.append(
            {
                "type": "transcript.text.segment",
                "id": f"seg_{number}",
                "start": one.start_s,
                "end": one.end_s,
                "speaker": letter,
                "text": f" {one.text}",
            }
        )
    return {
        "task": "transcribe",
        "duration": heard.duration_s,
        "text": said,
        "segments": segments,
        "usage": _usage(heard),
    }


def _usage(heard: Heard) -> dict[str, Any]:
    return {"type": "duration", "seconds": round(heard.duration_s)}
