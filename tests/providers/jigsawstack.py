"""A fake of JigsawStack's ``POST /v1/ai/transcribe``, written from its Python package's types and requests."""

from __future__ import annotations

import asyncio
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.providers.forms import parsed_form
from tests.providers.hearing import Heard, NoSound
from tests.providers.matching import MatchingEar
from tests.providers.script import utterances

if TYPE_CHECKING:
    from starlette.requests import Request

KEY = "sk_fake_jigsaw_of_nobody"


@dataclass(slots=True)
class FakeJigsawstack:
    """The server.

    Attributes:
        ear: Knows what is said in what it is sent.
        knows_words: Whether it takes ``word_timestamps``.
        labels: ``chunks`` tell their speakers, or a list of ``speakers`` does.
        asked: The parameters of every request.
    """

    ear: MatchingEar = field(default_factory=MatchingEar)
    knows_words: bool = True
    labels: str = "chunks"
    asked: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> Starlette:
        """What to serve."""
        return Starlette(routes=[Route("/v1/ai/transcribe", self._transcribe, methods=["POST"])])

    async def _transcribe(self, request: Request) -> Response:
        if request.headers.get("x-api-key") != KEY:
            return _refusal(401, "Invalid API key")
        try:
            form = parsed_form(request.headers.get("content-type", ""), await request.body())
            asked = json.loads(form.value("body") or "{}")
        except ValueError:
            return _refusal(400, "Validation error")
        file = form.files.get("file")
        if file is None:
            return _refusal(400, "One of url, file_store_key or file is required")
        self.asked.append(asked)
        if asked.get("word_timestamps") and not self.knows_words:
            return _refusal(400, "Unrecognized key(s) in object: 'word_timestamps'")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / file.name
            path.write_bytes(file.content)
            try:
                heard = await asyncio.to_thread(self.ear.hear, path)
            except NoSound:
                return _refusal(422, "Failed to process audio file")
        return JSONResponse(self._answer(heard, asked))

    def _answer(self, heard: Heard, asked: dict[str, Any]) -> dict[str, Any]:
        cut = utterances(heard.words, pause_s=0.5)
        answer: dict[str, Any] = {
            "success": True,
            "text": " ".join(word.text for word in heard.words),
            "chunks": [],
            "log_id": "log-1",
            "_usage": {"input_tokens": 1, "output_tokens": 1, "inference_time_tokens": 1, "total_tokens": 3},
        }
        for one in cut:
            parts = (
                [(word.text, word.start_s, word.end_s) for word in one.words]
                if asked.get("word_timestamps")
                else [(one.text, one.start_s, one.end_s)]
            )
            for text, start_s, end_s in parts:
                chunk: dict[str, Any] = {"text": f" {text}", "timestamp": [start_s, end_s]}
                if asked.get("by_speaker") and self.labels == "chunks":
                    chunk["speaker"] = f"SPEAKER_{one.speaker:02d}"
                answer["chunks"].append(chunk)
        if asked.get("by_speaker") and self.labels == "speakers":
            answer["speakers"] = [
                {
                    "speaker": f"SPEAKER_{one.speaker:02d}",
                    "timestamp": [one.start_s, one.end_s],
                    "text": one.text,
                }
                for one in cut
            ]
        if asked.get("language", "auto") == "auto":
            answer["language_detected"] = {"language": "en", "confidence": 0.98}
        return answer


def _refusal(status: int, message: str) -> JSONResponse:
    return JSONResponse({"success": False, "message": message, "error": {"type": "error"}}, status)
