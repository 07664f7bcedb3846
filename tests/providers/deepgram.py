"""A fake of Deepgram's API for recordings: ``POST /v1/listen``.

It checks what the provider documents to check, and refuses parameters that it has never heard of, which the
real one may not: a parameter that is spelled wrongly is to be seen. It knows no ``callback`` and fetches no
URLs.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.providers.faults import Faulty
from tests.providers.hearing import Hearing, NoSound
from tests.providers.script import utterances
from tests.providers.serving import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from tests.providers.hearing import Heard
    from tests.providers.script import ScriptedUtterance, ScriptedWord

KEY = "0123456789abcdef0123456789abcdef01234567"
MOST_BYTES = 2_000_000_000
_MODELS = {
    "nova-3": "general-nova-3", "nova-3-medical": "medical-nova-3", "nova-2": "2-general-nova",
    "enhanced": "enhanced-general", "base": "general",
}  # fmt: skip
_FLAGS = {
    "punctuate", "smart_format", "diarize", "paragraphs", "numerals", "filler_words", "utterances",
    "detect_language", "multichannel", "profanity_filter", "dictation", "mip_opt_out",
}  # fmt: skip
_LISTS = {"keyterm", "keywords", "search", "tag", "redact", "extra", "replace"}
_CHOICES = {"diarize_model": {"latest", "v1", "v2"}}
_TEXTS = {"model", "language", "utt_split", "version"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that got as far as its audio.

    Attributes:
        query: Its parameters in order.
        content_type: As it was announced.
        n_bytes: Length of the body.
        heard: What it was; None: not decodable.
    """

    query: tuple[tuple[str, str], ...]
    content_type: str
    n_bytes: int
    heard: Heard | None

    def values(self, name: str) -> list[str]:
        """All values of a parameter."""
        return [value for given, value in self.query if given == name]


@dataclass(slots=True)
class FakeDeepgram:
    """The provider; ``serving`` runs it.

    Attributes:
        hearing: What it understands.
        asked: Requests with audio, in order.
        faulty: Lets requests fail.
        most_at_once: Requests that a project may have at a time.
        most_bytes: Longest file.
        has_credit: Whether the project has any left.
        forbidden: Models that the key has no right to.
        language: What is spoken.
        address: Where it is served.
    """

    hearing: Hearing = field(default_factory=Hearing)
    asked: list[Asked] = field(default_factory=list)
    faulty: Faulty = field(init=False)
    most_at_once: int = 100
    most_bytes: int = MOST_BYTES
    has_credit: bool = True
    forbidden: frozenset[str] = frozenset()
    language: str = "en"
    address: str = ""
    _running: int = 0

    def __post_init__(self) -> None:
        self.faulty = Faulty(Starlette(routes=[Route("/v1/listen", self._listen, methods=["POST"])]))

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[FakeDeepgram]:
        """Serve it in this event loop."""
        async with serve(self.faulty) as self.address:
            yield self

    async def _listen(self, request: Request) -> Response:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in {"token", "bearer"} or key != KEY:
            return _problem(401, "INVALID_AUTH", "Invalid credentials.")
        if not self.has_credit:
            return _problem(
                402, "ASR_PAYMENT_REQUIRED", "Project does not have enough credits for an ASR request."
            )
        query = tuple(request.query_params.multi_items())
        wrong = _wrong_in(query)
        if wrong:
            return _problem(400, "Bad Request", f"Bad Request: {wrong}")
        if dict(query).get("model", "base") in self.forbidden:
            return _problem(
                403, "INSUFFICIENT_PERMISSIONS", "Project does not have access to the requested model."
            )
        if self._running >= self.most_at_once:
            return _problem(429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later.")
        self._running += 1
        try:
            return await self._heard(request, query)
        finally:
            self._running -= 1

    async def _heard(self, request: Request, query: tuple[tuple[str, str], ...]) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0]
        if kind == "application/json":
            return _second_problem(
                400, "INVALID_JSON", "Invalid JSON submitted.", "This fake fetches no URLs."
            )
        if not kind.startswith(("audio/", "video/")) and kind != "application/octet-stream":
            return _second_problem(415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported media type", kind)
        with tempfile.TemporaryDirectory(prefix="fake-deepgram-") as folder:
            path, n_bytes = Path(folder) / "audio", 0
            with path.open("wb") as file:
                async for piece in request.stream():
                    n_bytes += len(piece)
                    if n_bytes > self.most_bytes:
                        return _problem(413, "PAYLOAD_TOO_LARGE", "File size exceeds the limit of 2 GB.")
                    file.write(piece)
            try:
                heard = await asyncio.to_thread(self.hearing.hear, path)
            except NoSound:
                heard = None
        self.asked.append(Asked(query, kind, n_bytes, heard))
        if heard is None:
            return _problem(
                400, "Bad Request", "Bad Request: failed to process audio: corrupt or unsupported data"
            )
        return JSONResponse(answer(heard, query, self.language))


def answer(heard: Heard, query: Sequence[tuple[str, str]], language: str = "en") -> dict[str, Any]:
    """What Deepgram answers about a sound."""
    given = dict(query)
    model, model_id = (
        given.get("model", "base"),
        str(uuid.uuid5(uuid.NAMESPACE_DNS, given.get("model", "base"))),
    )
    metadata: dict[str, Any] = {
        "transaction_key": "deprecated",
        "request_id": str(uuid.uuid4()),
        "sha256": heard.sha256,
        "created": "2026-11-22T05:00:00.000Z",
        "duration": round(heard.duration_s, 6),
        "channels": 1,
        "models": [model_id],
        "model_info": {model_id: {"name": _MODELS[model], "version": "2026-04-01.0", "arch": model}},
    }
    if _diarizes(given):
        metadata["diarize_info"] = {
            "model_uuid": str(uuid.uuid5(uuid.NAMESPACE_DNS, "diarize")),
            "arch": "v2",
        }
    tags = [value for name, value in query if name == "tag"]
    if tags:
        metadata["tags"] = tags
    words = [_word(word, given) for word in heard.words]
    alternative: dict[str, Any] = {
        "transcript": " ".join(_shown(word, given) for word in heard.words),
        "confidence": round(sum(w.confidence for w in heard.words) / len(heard.words), 4)
        if heard.words
        else 0.0,
        "words": words,
    }
    parts = utterances(heard.words, float(given.get("utt_split", "0.8")))
    if _is_on(given, "paragraphs") and words:
        alternative["paragraphs"] = {
            "transcript": "\n" + alternative["transcript"],
            "paragraphs": [_paragraph(part, given) for part in parts],
        }
    if given.get("language") == "multi":
        alternative["languages"] = [language]
    channel: dict[str, Any] = {"alternatives": [alternative]}
    searched = [value for name, value in query if name == "search"]
    if searched:
        channel["search"] = [_search(term, heard.words) for term in searched]
    if _is_on(given, "detect_language"):
        channel |= {"detected_language": language, "language_confidence": 0.99}
    results: dict[str, Any] = {"channels": [channel]}
    if _is_on(given, "utterances"):
        results["utterances"] = [_utterance(part, given) for part in parts]
    return {"metadata": metadata, "results": results}


def _word(word: ScriptedWord, given: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "word": word.bare,
        "start": word.start_s,
        "end": word.end_s,
        "confidence": word.confidence,
    }
    if given.get("language") == "multi":
        told["language"] = "en"
    if _diarizes(given):
        told |= {"speaker": word.speaker, "speaker_confidence": 0.58}
    if _is_on(given, "punctuate") or _is_on(given, "smart_format"):
        told["punctuated_word"] = word.text
    return told


def _utterance(part: ScriptedUtterance, given: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "start": part.start_s,
        "end": part.end_s,
        "confidence": 0.98,
        "channel": 0,
        "transcript": " ".join(_shown(word, given) for word in part.words),
        "words": [_word(word, given) for word in part.words],
        "id": str(uuid.uuid4()),
    }
    return told | ({"speaker": part.speaker} if _diarizes(given) else {})


def _paragraph(part: ScriptedUtterance, given: dict[str, str]) -> dict[str, Any]:
    span = {"start": part.start_s, "end": part.end_s}
    told: dict[str, Any] = {"sentences": [{"text": part.text, **span}], "num_words": len(part.words), **span}
    return told | ({"speaker": part.speaker} if _diarizes(given) else {})


def _search(term: str, words: Sequence[ScriptedWord]) -> dict[str, Any]:
    hits = [
        {"confidence": 1.0, "start": word.start_s, "end": word.end_s, "snippet": word.bare}
        for word in words
        if word.bare == term.lower()
    ]
    return {"query": term, "hits": hits}


def _shown(word: ScriptedWord, given: dict[str, str]) -> str:
    return word.text if _is_on(given, "punctuate") or _is_on(given, "smart_format") else word.bare


def _diarizes(given: dict[str, str]) -> bool:
    return _is_on(given, "diarize") or "diarize_model" in given


def _is_on(given: dict[str, str], name: str) -> bool:
    return given.get(name) == "true"


def _wrong_in(query: Sequence[tuple[str, str]]) -> str:
    """What is wrong with parameters; empty: nothing."""
    wrong = (_wrong_value(name, value) for name, value in query)
    single = [name for name, _ in query if name not in _LISTS]
    twice = [f"{name} is given twice" for name in single if single.count(name) > 1]
    return next(filter(None, [*wrong, *twice, _wrong_for_model(dict(query))]), "")


def _wrong_value(name: str, value: str) -> str:
    if name not in _FLAGS | _LISTS | _TEXTS | _CHOICES.keys():
        return f"unknown query parameter {name}"
    if name in _FLAGS and value not in {"true", "false"}:
        return f"failed to parse {name}: expected true or false"
    if name in _CHOICES and value not in _CHOICES[name]:
        return f"failed to parse {name}: unknown value"
    if name == "utt_split" and not re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return "failed to parse utt_split"
    return ""


def _wrong_for_model(given: dict[str, str]) -> str:
    model = given.get("model", "base")
    if model not in _MODELS:
        return "No such model/language/tier combination found."
    if "keywords" in given and model.startswith("nova-3"):
        return "Keywords are not supported for Nova-3. Use keyterm."
    if "keyterm" in given and not model.startswith("nova-3"):
        return "Keyterm prompting is supported with Nova-3 models only."
    return ""


def _problem(status: int, code: str, message: str) -> Response:
    body = {"err_code": code, "err_msg": message, "request_id": str(uuid.uuid4())}
    return JSONResponse(body, status)


def _second_problem(status: int, category: str, message: str, details: str) -> Response:
    body = {"category": category, "message": message, "details": details, "request_id": str(uuid.uuid4())}
    return JSONResponse(body, status)
