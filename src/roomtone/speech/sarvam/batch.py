"""Sarvam's jobs: files are put into a storage, transcribed there, and the answers fetched from it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from roomtone.speech.cloud.bodies import FileBody, content_type_of, size_bytes
from roomtone.speech.cloud.connection import Connection, Request, upload_timeout_s
from roomtone.speech.cloud.json_answers import array, mapping, text
from roomtone.speech.cloud.own_words import shown
from roomtone.speech.errors import ProviderRefused, ProviderUnavailable, TranscriptionError, UnreadableAnswer
from roomtone.speech.sarvam import wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.speech.accounts import Account
    from roomtone.speech.cloud.kept_work import KeptWork
    from roomtone.speech.cloud.patience import Patience
    from roomtone.speech.cutting.cutter import Piece
    from roomtone.speech.port import Progress

_GONE = frozenset({400, 404, 410, 422})
"""What a job answers that Sarvam does not know any more."""
_STORE_S = 60.0


@dataclass(frozen=True, slots=True)
class Batches:
    """Transcribes files by jobs. Of a file that was answered nothing is asked again.

    Attributes:
        connection: With Sarvam.
        account: For the storage, too, as far as what may be dialled goes.
        kept: Where answers and running jobs are kept.
        patience: How requests are repeated, and how waiting between two looks at a job is done.
        poll_s: Between two looks at a job.
        longest_s: A job that runs longer is given up.
    """

    connection: Connection
    account: Account
    kept: KeptWork
    patience: Patience
    poll_s: float
    longest_s: float

    async def answers(
        self, pieces: Sequence[Piece], key: str, parameters: dict[str, Any], tell: Progress
    ) -> list[Any]:
        """The pieces' answers, in order.

        Args:
            pieces: All in one folder.
            key: Begins the key of all that is kept of them.
            parameters: The jobs'.
            tell: Told how much is done.

        Raises:
            TranscriptionError: If a job or one of its files fails; what was answered is kept.
        """
        while True:
            answers = [await self.kept.read(f"{key}-{piece.path.stem}") for piece in pieces]
            missing = [piece for piece, answer in zip(pieces, answers, strict=True) if answer is None]
            tell(1.0 - len(missing) / len(pieces))
            if not missing:
                return answers
            await self._run_job(missing[: wire.MOST_FILES], key, parameters)

    async def _run_job(self, pieces: Sequence[Piece], key: str, parameters: dict[str, Any]) -> None:
        """Have a job done, the one that runs already if there is one, and keep its answers."""
        job_key = f"{key}-job"
        job_id = await self._resumed(job_key, pieces)
        if job_id is None:
            job_id = await self._begun(job_key, pieces, parameters)
        status = await self._ended(job_id, job_key)
        failure = await self._fetch(job_id, status, pieces, key)
        await self.kept.forget(job_key)
        if failure is not None:
            raise failure

    async def _resumed(self, job_key: str, pieces: Sequence[Piece]) -> str | None:
        """The job that was begun before a restart, started now if it was not; None: there is none."""
        known = await self.kept.read(job_key)
        names = [piece.path.name for piece in pieces]
        if not isinstance(known, dict) or known.get("files") != names:
            return None
        job_id = str(known["job_id"])
        try:
            status = await self._status(job_id)
        except ProviderRefused as refusal:
            if refusal.status not in _GONE:
                raise
            return None
        if not known.get("started") and _state(status) in wire.NOT_STARTED:
            await self._start(job_key, job_id, pieces)
        return job_id

    async def _begun(self, job_key: str, pieces: Sequence[Piece], parameters: dict[str, Any]) -> str:
        made = await self._post(wire.JOBS, {"job_parameters": parameters})
        job_id = text(made.get("job_id"), "job_id")
        names = [piece.path.name for piece in pieces]
        await self.kept.keep(job_key, {"job_id": job_id, "files": names, "started": False})
        await self._start(job_key, job_id, pieces)
        return job_id

    async def _start(self, job_key: str, job_id: str, pieces: Sequence[Piece]) -> None:
        names = [piece.path.name for piece in pieces]
        links = await self._links("upload", job_id, names)
        for piece in pieces:
            size = await asyncio.to_thread(size_bytes, piece.path)
            body = FileBody(piece.path, size, content_type_of(piece.path))
            await self._stored("PUT", links[piece.path.name], body, upload_timeout_s(size, _STORE_S))
        await self._post(f"{wire.JOBS}/{quote(job_id, safe='')}/start", None)
        await self.kept.keep(job_key, {"job_id": job_id, "files": names, "started": True})

    async def _ended(self, job_id: str, job_key: str) -> dict[str, Any]:
        """A job's status when it has ended well; one that failed is forgotten."""
        waited_s = 0.0
        while waited_s <= self.longest_s:
            status = await self._status(job_id)
            state = _state(status)
            if state == wire.COMPLETED:
                return status
            if state == wire.FAILED:
                await self.kept.forget(job_key)
                raise self._failure(status)
            await self.patience.sleep(self.poll_s)
            waited_s += self.poll_s
        raise ProviderUnavailable(f"Sarvam's job did not end within {self.longest_s:.0f} s")

    async def _fetch(
        self, job_id: str, status: dict[str, Any], pieces: Sequence[Piece], key: str
    ) -> TranscriptionError | None:
        """Keep the answers of the files that succeeded; what to say of the first that did not."""
        outputs, failure = self._outputs(status)
        wanted = {piece.path.name: f"{key}-{piece.path.stem}" for piece in pieces}
        known = {name: output for name, output in outputs.items() if name in wanted}
        if known:
            links = await self._links("download", job_id, list(known.values()))
            for name, output in known.items():
                answer = await asyncio.to_thread((await self._stored("GET", links[output])).json)
                await self.kept.keep(wanted[name], answer)
        if failure is None and len(known) < len(wanted):
            return UnreadableAnswer("Sarvam's job ended without an answer for each file")
        return failure

    def _outputs(self, status: dict[str, Any]) -> tuple[dict[str, str], TranscriptionError | None]:
        """Names of answers by names of files, and what to say of the first file without one."""
        outputs: dict[str, str] = {}
        failure: TranscriptionError | None = None
        for told in array(status.get("job_details"), "job_details"):
            task = mapping(told, "task")
            state = str(task.get("state") or "").lower()
            if state != wire.SUCCESS:
                failure = failure or self._failure(task, passing=state != wire.OUR_FAULT)
                continue
            given, made = _file_names(task.get("inputs")), _file_names(task.get("outputs"))
            if given and made:
                outputs[given[0]] = made[0]
        return outputs, failure

    def _failure(self, told: dict[str, Any], *, passing: bool = False) -> TranscriptionError:
        message = told.get("error_message")
        said = shown(message, (self.account.api_key,)) if isinstance(message, str) else ""
        kind = ProviderUnavailable if passing else ProviderRefused
        return kind(f"Sarvam made no transcript{': ' if said else ''}{said}", None, said)

    async def _status(self, job_id: str) -> dict[str, Any]:
        answer = await self.connection.ask(Request("GET", f"{wire.JOBS}/{quote(job_id, safe='')}/status"))
        return mapping(answer.json(), "status")

    async def _post(self, path: str, json: Any) -> dict[str, Any]:
        answer = await self.connection.ask(Request("POST", path, json=json))
        return mapping(answer.json(), "answer")

    async def _links(self, way: str, job_id: str, names: list[str]) -> dict[str, str]:
        """Where to put or get files, by their names; ``way`` is ``upload`` or ``download``."""
        told = await self._post(f"{wire.JOBS}/{way}-files", {"job_id": job_id, "files": names})
        links = mapping(told.get(f"{way}_urls"), "links")
        return {name: text(mapping(links.get(name), "link").get("file_url"), "link") for name in names}

    async def _stored(
        self, method: str, link: str, body: FileBody | None = None, timeout_s: float = _STORE_S
    ) -> Any:
        parts = urlsplit(link)
        headers = wire.STORAGE_HEADERS if body is not None else {}
        origin, rest = (
            f"{parts.scheme}://{parts.netloc}",
            parts.path + (f"?{parts.query}" if parts.query else ""),
        )
        async with Connection("Sarvam's storage", origin, headers, self.account, self.patience) as storage:
            return await storage.ask(Request(method, rest, timeout_s=timeout_s, body=body))


def _file_names(files: Any) -> list[str]:
    return [text(mapping(file, "file").get("file_name"), "file_name") for file in array(files, "files")]


def _state(status: dict[str, Any]) -> str:
    return text(status.get("job_state"), "job_state").lower()
