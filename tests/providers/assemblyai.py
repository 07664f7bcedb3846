"""A fake of AssemblyAI's API for recordings: upload, order, list, look, delete.

A transcript moves on when somebody looks at it, so that no test has to wait. What a deleted transcript
looks like, and the words of errors, are not documented exactly: they are as the provider's users report them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.providers.faults import Faulty
from tests.providers.hearing import Heard, Hearing, NoSound
from tests.providers.script import utterances
from tests.providers.serving import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from tests.providers.script import ScriptedUtterance, ScriptedWord

KEY = "fedcba9876543210fedcba9876543210"
MOST_BYTES = 2_200_000_000
MODELS = ("universal-3-pro", "universal-2")
_NO_SOUND = (
    "Transcoding failed. File does not appear to contain audio. File type is application/octet-stream (data)."
)
_NO_SPEECH = "language_detection cannot be performed on files with no spoken audio."
_FIELDS: dict[str, type | tuple[type, ...]] = {
    "audio_url": str, "speech_models": list, "speaker_labels": bool, "speakers_expected": int, "speaker_options": dict,
    "language_detection": bool, "language_code": str, "punctuate": bool, "format_text": bool, "multichannel": bool,
    "keyterms_prompt": list, "disfluencies": bool, "filter_profanity": bool, "redact_pii": bool, "redact_pii_policies": list,
    "redact_pii_sub": str, "webhook_url": str, "webhook_auth_header_name": str, "webhook_auth_header_value": str,
    "auto_chapters": bool, "entity_detection": bool, "speech_model": str,
}  # fmt: skip


@dataclass(slots=True)
class Job:
    """A transcript that was ordered.

    Attributes:
        id: Its own.
        order: What it was ordered with.
        heard: The sound; None: not decodable.
        status: As the API has it.
        looks: How often somebody looked at it.
        error: Why it failed.
        is_deleted: Whether it was deleted.
    """

    id: str
    order: dict[str, Any]
    heard: Heard | None
    status: str = "queued"
    looks: int = 0
    error: str | None = None
    is_deleted: bool = False


@dataclass(slots=True)
class FakeAssemblyai:
    """The provider; ``serving`` runs it.

    Attributes:
        hearing: What it understands.
        jobs: Transcripts by id, in the order in which they were ordered.
        faulty: Lets requests fail.
        looks_until_done: How often one has to look at a transcript that is worked on.
        jobs_until_done: How many transcripts have to be ordered before one is done.
        most_at_once: Transcripts that are worked on at a time; others wait.
        most_bytes: Longest upload.
        language: What is spoken.
        failing: The errors that the next transcripts end with; "" for one that does not.
        address: Where it is served.
    """

    hearing: Hearing = field(default_factory=Hearing)
    jobs: dict[str, Job] = field(default_factory=dict)
    faulty: Faulty = field(init=False)
    looks_until_done: int = 2
    jobs_until_done: int = 1
    most_at_once: int = 5
    most_bytes: int = MOST_BYTES
    language: str = "en_us"
    failing: list[str] = field(default_factory=list)
    address: str = ""
    _uploads: dict[str, Heard | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        one = "/v2/transcript/{id}"
        routes = [
            Route("/v2/upload", self._upload, methods=["POST"]),
            Route("/v2/transcript", self._order, methods=["POST"]),
            Route("/v2/transcript", self._list, methods=["GET"]),
            Route(one, self._look, methods=["GET"]),
            Route(one, self._delete, methods=["DELETE"]),
        ]
        self.faulty = Faulty(Starlette(routes=routes))

    @property
    def left(self) -> list[Job]:
        """Transcripts that nobody deleted."""
        return [job for job in self.jobs.values() if not job.is_deleted]

    def lose_uploads(self) -> None:
        """Have everything that was uploaded be gone, as it is after some time."""
        self._uploads.clear()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[FakeAssemblyai]:
        """Serve it in this event loop."""
        async with serve(self.faulty) as self.address:
            yield self

    async def _upload(self, request: Request) -> Response:
        if not _is_known(request):
            return _unknown()
        with tempfile.TemporaryDirectory(prefix="fake-assemblyai-") as folder:
            path, n_bytes = Path(folder) / "audio", 0
            with path.open("wb") as file:
                async for piece in request.stream():
                    n_bytes += len(piece)
                    if n_bytes > self.most_bytes:
                        return _problem(413, "Payload Too Large")
                    file.write(piece)
            if n_bytes == 0:
                return _problem(422, "Upload failed, please try again.")
            try:
                heard = await asyncio.to_thread(self.hearing.hear, path)
            except NoSound:
                heard = None
        url = f"https://cdn.assemblyai.com/upload/{uuid.uuid4()}"
        self._uploads[url] = heard
        return JSONResponse({"upload_url": url})

    async def _order(self, request: Request) -> Response:
        if not _is_known(request):
            return _unknown()
        try:
            order = json.loads(await request.body())
        except ValueError:
            return _problem(400, "Invalid JSON")
        wrong = _wrong_in(order)
        if wrong:
            return _problem(400, wrong)
        job = Job(str(uuid.uuid4()), order, self._uploads.get(order["audio_url"]))
        if order["audio_url"] not in self._uploads:
            job.error = (
                f"Download error, unable to download {order['audio_url']}. Please make sure the file exists."
            )
        elif job.heard is None:
            job.error = _NO_SOUND
        elif order.get("language_detection") and not job.heard.words:
            job.error = _NO_SPEECH
        elif self.failing:
            job.error = self.failing.pop(0) or None
        self.jobs[job.id] = job
        return JSONResponse(self._shown(job))

    async def _list(self, request: Request) -> Response:
        if not _is_known(request):
            return _unknown()
        limit = int(request.query_params.get("limit", "10"))
        newest = list(self.jobs.values())[::-1][:limit]
        url = str(request.url)
        page = {
            "limit": limit,
            "result_count": len(newest),
            "current_url": url,
            "prev_url": None,
            "next_url": None,
        }
        return JSONResponse({"page_details": page, "transcripts": [_item(job, url) for job in newest]})

    async def _look(self, request: Request) -> Response:
        if not _is_known(request):
            return _unknown()
        job = self.jobs.get(request.path_params["id"])
        if job is None:
            return _problem(400, "Transcript lookup error, transcript id not found")
        if job.status == "queued":
            running = sum(other.status == "processing" for other in self.jobs.values())
            if running < self.most_at_once:
                job.status = "processing"
        elif job.status == "processing":
            job.looks += 1
            if job.looks >= self.looks_until_done and len(self.jobs) >= self.jobs_until_done:
                job.status = "error" if job.error else "completed"
        return JSONResponse(self._shown(job))

    async def _delete(self, request: Request) -> Response:
        if not _is_known(request):
            return _unknown()
        job = self.jobs.get(request.path_params["id"])
        if job is None:
            return _problem(400, "Transcript lookup error, transcript id not found")
        if job.status not in {"completed", "error"}:
            return _problem(400, "Transcript is still being processed")
        job.is_deleted = True
        return JSONResponse(self._shown(job))

    def _shown(self, job: Job) -> dict[str, Any]:
        is_done = job.status == "completed"
        words = job.heard.words if job.heard is not None and is_done and not job.is_deleted else ()
        has_labels = bool(job.order.get("speaker_labels"))
        text = " ".join(word.text for word in words) if is_done else None
        return {
            "language_code": self.language if job.order.get("language_detection") else job.order.get("language_code", "en_us"),
            "punctuate": True,
            "format_text": True,
            "webhook_status_code": None,
            "webhook_auth": False,
            **{name: value for name, value in job.order.items() if name not in {"language_code", "audio_url"}},
            "id": job.id,
            "status": job.status,
            "error": job.error if job.status == "error" else None,
            "audio_url": "http://deleted_by_user" if job.is_deleted else job.order["audio_url"],
            "text": "Deleted by user." if job.is_deleted else text,
            "confidence": 0.95 if words else None,
            "audio_duration": round(job.heard.duration_s) if job.heard is not None and is_done else None,
            "words": [_word(word, has_labels=has_labels) for word in words] if is_done else None,
            "utterances": [_utterance(part) for part in utterances(words)] if is_done and has_labels else None,
            "speech_model_used": job.order["speech_models"][0] if is_done else None,
        }  # fmt: skip


def _item(job: Job, url: str) -> dict[str, Any]:
    return {
        "id": job.id,
        "resource_url": f"{url.partition('?')[0]}/{job.id}",
        "status": job.status,
        "created": "2026-11-22T05:00:00.000000",
        "completed": "2026-11-22T05:00:10.000000" if job.status == "completed" else None,
        "audio_url": "http://deleted_by_user" if job.is_deleted else job.order["audio_url"],
        "error": job.error if job.status == "error" else None,
    }


def _word(word: ScriptedWord, *, has_labels: bool) -> dict[str, Any]:
    return {
        "text": word.text,
        "start": round(word.start_s * 1000),
        "end": round(word.end_s * 1000),
        "confidence": word.confidence,
        "speaker": chr(ord("A") + word.speaker) if has_labels else None,
        "channel": None,
    }


def _utterance(part: ScriptedUtterance) -> dict[str, Any]:
    words = [_word(word, has_labels=True) for word in part.words]
    return {
        "speaker": words[0]["speaker"],
        "text": part.text,
        "start": words[0]["start"],
        "end": words[-1]["end"],
        "confidence": 0.93,
        "channel": None,
        "words": words,
    }


def _wrong_in(order: Any) -> str:
    """What is wrong with an order; empty: nothing."""
    if not isinstance(order, dict) or not isinstance(order.get("audio_url"), str):
        return "audio_url is required"
    for name, value in order.items():
        kind = _FIELDS.get(name)
        if kind is None or not isinstance(value, kind):
            return f"Invalid endpoint schema: {name}"
    models = order.get("speech_models")
    if not models or any(model not in MODELS for model in models):
        return f'"speech_models" must be a non-empty list containing one or more of: {", ".join(MODELS)}'
    if order.get("language_detection") and "language_code" in order:
        return "language_code cannot be set with language_detection"
    return ""


def _is_known(request: Request) -> bool:
    return request.headers.get("authorization") == KEY


def _unknown() -> Response:
    return _problem(401, "Authentication error, API token missing/invalid")


def _problem(status: int, error: str) -> Response:
    return JSONResponse({"error": error}, status)
