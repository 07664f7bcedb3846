"""A fake of Sarvam's ``/speech-to-text`` and its jobs, written from its Python package's types and requests."""

from __future__ import annotations

import asyncio
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

KEY = "fake-sarvam-key-of-nobody"
_SIGNED = "sig=of-nobody"
_STORAGE = "Azure_V1"


@dataclass(slots=True)
class Job:
    """A job.

    Attributes:
        parameters: As it was made.
        state: ``Accepted``, ``Pending``, ``Running``, ``Completed`` or ``Failed``.
        files: What was uploaded, by name.
        answers: By the names of the outputs.
        details: What its status tells of its files.
    """

    parameters: dict[str, Any]
    state: str = "Accepted"
    files: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    details: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class FakeSarvam:
    """The server, and the storage that its links lead to.

    Attributes:
        ear: Knows what is said in what it is sent.
        jobs: By id; a job that is taken out is unknown.
        failing: States and words for files by name, once each: ``API Error`` or ``Internal Server Error``.
        failing_jobs: Words of the next jobs that fail as a whole.
        paid_s: Seconds of sound that it has transcribed.
    """

    ear: MatchingEar = field(default_factory=MatchingEar)
    jobs: dict[str, Job] = field(default_factory=dict)
    failing: dict[str, tuple[str, str]] = field(default_factory=dict)
    failing_jobs: list[str] = field(default_factory=list)
    paid_s: float = 0.0

    def app(self) -> Starlette:
        """What to serve."""
        jobs = "/speech-to-text/job/v1"
        return Starlette(
            routes=[
                Route("/speech-to-text", self._transcribe, methods=["POST"]),
                Route(jobs, self._make, methods=["POST"]),
                Route(f"{jobs}/upload-files", self._upload_links, methods=["POST"]),
                Route(f"{jobs}/download-files", self._download_links, methods=["POST"]),
                Route(f"{jobs}/{{job_id}}/start", self._start, methods=["POST"]),
                Route(f"{jobs}/{{job_id}}/status", self._status, methods=["GET"]),
                Route("/storage/{job_id}/{name}", self._store, methods=["PUT", "GET"]),
            ]
        )

    async def _transcribe(self, request: Request) -> Response:
        if (refusal := _key_refusal(request)) is not None:
            return refusal
        form = parsed_form(request.headers["content-type"], await request.body())
        if "file" not in form.files:
            return _refusal(422, "file: field required", "unprocessable_entity_error")
        heard = await self._heard(form.files["file"].name, form.files["file"].content)
        if heard is None:
            return _refusal(400, "Failed to read the file, please check the audio format.")
        if heard.duration_s > 30:
            return _refusal(400, "Audio duration exceeds the maximum limit of 30 seconds.")
        self.paid_s += heard.duration_s
        return JSONResponse(_answer(heard, with_times=form.value("with_timestamps") == "true"))

    async def _make(self, request: Request) -> Response:
        if (refusal := _key_refusal(request)) is not None:
            return refusal
        parameters = (await request.json()).get("job_parameters")
        if not isinstance(parameters, dict) or parameters.get("model") not in {
            None,
            "saaras:v3",
            "saaras:v4",
        }:
            return _refusal(422, "job_parameters.model: not a model", "unprocessable_entity_error")
        job_id = f"2026-{len(self.jobs):04d}"
        self.jobs[job_id] = Job(parameters)
        made = {"job_id": job_id, "job_parameters": parameters, "job_state": "Accepted"}
        return JSONResponse({**made, "storage_container_type": _STORAGE}, 202)

    async def _upload_links(self, request: Request) -> Response:
        return await self._links(request, "upload")

    async def _download_links(self, request: Request) -> Response:
        return await self._links(request, "download")

    async def _links(self, request: Request, way: str) -> Response:
        if (refusal := _key_refusal(request)) is not None:
            return refusal
        asked = await request.json()
        job = self.jobs.get(asked.get("job_id"))
        if job is None:
            return _refusal(404, "Job not found", "not_found_error")
        if way == "download" and not set(asked["files"]) <= set(job.answers):
            return _refusal(400, "No such output file")
        links = {
            name: {"file_url": f"{request.base_url}storage/{asked['job_id']}/{name}?{_SIGNED}&sv=2024-11-04"}
            for name in asked["files"]
        }
        told = {"job_id": asked["job_id"], "job_state": job.state, "storage_container_type": _STORAGE}
        return JSONResponse({**told, f"{way}_urls": links})

    async def _store(self, request: Request) -> Response:
        """A cloud's storage: it knows the signature in the link and must not get the key."""
        job, name = self.jobs.get(request.path_params["job_id"]), request.path_params["name"]
        if _SIGNED not in request.url.query or "api-subscription-key" in request.headers or job is None:
            return Response("<Error><Code>AuthenticationFailed</Code></Error>", 403)
        if request.method == "GET":
            return JSONResponse(job.answers[name])
        if request.headers.get("x-ms-blob-type") != "BlockBlob":
            return Response("<Error><Code>MissingRequiredHeader</Code></Error>", 400)
        job.files[name] = await request.body()
        return Response(status_code=201)

    async def _start(self, request: Request) -> Response:
        if (refusal := _key_refusal(request)) is not None:
            return refusal
        job = self.jobs.get(request.path_params["job_id"])
        if job is None:
            return _refusal(404, "Job not found", "not_found_error")
        if job.state != "Accepted" or not job.files:
            return _refusal(400, "Job was started already, or has no files")
        job.state = "Pending"
        return JSONResponse(self._told(request.path_params["job_id"], job))

    async def _status(self, request: Request) -> Response:
        if (refusal := _key_refusal(request)) is not None:
            return refusal
        job = self.jobs.get(request.path_params["job_id"])
        if job is None:
            return _refusal(404, "Job not found", "not_found_error")
        if job.state == "Pending":
            job.state = "Running"
        elif job.state == "Running":
            await self._work(job)
        return JSONResponse(self._told(request.path_params["job_id"], job))

    async def _work(self, job: Job) -> None:
        if self.failing_jobs:
            job.state = "Failed"
            job.details = [{"error_message": self.failing_jobs.pop(0)}]
            return
        for number, (name, content) in enumerate(job.files.items()):
            state, message = self.failing.pop(name, ("Success", ""))
            heard = await self._heard(name, content) if state == "Success" else None
            if state == "Success" and heard is None:
                state, message = "API Error", "Failed to read the file, please check the audio format."
            detail: dict[str, Any] = {
                "inputs": [{"file_name": name, "file_id": str(number)}],
                "outputs": [],
                "state": state,
                "error_message": message or None,
            }
            if heard is not None:
                self.paid_s += heard.duration_s
                told = _answer(
                    heard,
                    with_times=bool(job.parameters.get("with_timestamps")),
                    with_speakers=bool(job.parameters.get("with_diarization")),
                )
                job.answers[f"{number}.json"] = told
                detail["outputs"] = [{"file_name": f"{number}.json", "file_id": str(number)}]
            job.details.append(detail)
        job.state = "Completed"

    def _told(self, job_id: str, job: Job) -> dict[str, Any]:
        failed = job.details[0]["error_message"] if job.state == "Failed" else None
        return {
            "job_id": job_id,
            "job_state": job.state,
            "created_at": "2026-11-22T05:00:00Z",
            "updated_at": "2026-11-22T05:00:01Z",
            "storage_container_type": _STORAGE,
            "total_files": len(job.files),
            "successful_files_count": len(job.answers),
            "failed_files_count": len(job.details) - len(job.answers),
            "error_message": failed,
            "job_details": job.details if job.state == "Completed" else [],
        }

    async def _heard(self, name: str, content: bytes) -> Heard | None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            try:
                return await asyncio.to_thread(self.ear.hear, path)
            except NoSound:
                return None


def _answer(heard: Heard, *, with_times: bool, with_speakers: bool = False) -> dict[str, Any]:
    cut = utterances(heard.words, pause_s=0.5)
    answer: dict[str, Any] = {
        "request_id": "20260000_fake",
        "transcript": " ".join(word.text for word in heard.words),
        "language_code": "en-IN",
        "language_probability": None,
    }
    if with_times:
        answer["timestamps"] = {
            "words": [one.text for one in cut],
            "start_time_seconds": [one.start_s for one in cut],
            "end_time_seconds": [one.end_s for one in cut],
        }
    if with_speakers:
        entries = [
            {
                "transcript": one.text,
                "start_time_seconds": one.start_s,
                "end_time_seconds": one.end_s,
                "speaker_id": str(one.speaker),
            }
            for one in cut
        ]
        answer["diarized_transcript"] = {"entries": entries}
    return answer


def _key_refusal(request: Request) -> Response | None:
    if request.headers.get("api-subscription-key") == KEY:
        return None
    return _refusal(403, "Invalid or missing API subscription key.", "invalid_api_key_error")


def _refusal(status: int, message: str, code: str = "invalid_request_error") -> Response:
    return JSONResponse({"error": {"message": message, "code": code, "request_id": "20260000_fake"}}, status)
