"""One track's way through AssemblyAI, kept at every step so that no step is paid for twice."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.speech.assemblyai.answers import read
from roomtone.speech.assemblyai.job import SERVICE, body_of, is_done
from roomtone.speech.cloud.bodies import FileBody, usable_size_bytes
from roomtone.speech.cloud.connection import (
    Answer,
    Connection,
    Request,
    as_far_as_possible,
    upload_timeout_s,
)
from roomtone.speech.cloud.json_answers import array, mapping, text
from roomtone.speech.errors import ProviderRefused, TranscriptionError, UnreadableAnswer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from roomtone.speech.cloud.kept_work import KeptWork
    from roomtone.speech.port import Progress, Track

log = structlog.get_logger(__name__)

MOST_FILE_BYTES = 2_200_000_000
_REQUEST_S = 60.0
_UPLOADED_SHARE, _ORDERED_SHARE, _AWAITED_SHARE = 0.4, 0.45, 0.5
"""Of a track's work: how much is done when it is uploaded and ordered; the rest is guessed by polls."""
_FAREWELL_LOOKS = 10
"""How often one looks whether work that is to be deleted is over: half a minute."""
_NO_RIGHT = frozenset({401, 402, 403})
_TRANSCRIPTS = "/v2/transcript"
_NEWEST = 100
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_LOST = frozenset({400, 404, 410, 422})
"""Answers about work from before a restart that only say that it is no longer there."""


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of one transcription.

    What is kept of a track is ``upload_url`` once it is uploaded, ``id`` as long as something is to be
    deleted at AssemblyAI, ``answer`` once its words are there.

    Attributes:
        connection: To AssemblyAI.
        kept: Where each track stands.
        poll_s: Time between two looks at a transcript.
        sleep: How waiting is done.
    """

    connection: Connection
    kept: KeptWork
    poll_s: float
    sleep: Callable[[float], Awaitable[None]]

    async def answer(self, key: str, track: Track, options: dict[str, Any], tell: Progress) -> Any:
        """The finished transcript of a track, by now deleted at AssemblyAI; waits as long as that takes."""
        state = await self.kept.read(key)
        if not isinstance(state, dict):
            state = {}
        try:
            finished = await self._finished(key, state, track, options, tell)
        except ProviderRefused as problem:
            is_lost = problem.status in _LOST or (problem.status is None and "id" not in state)
            if not (state and is_lost):
                raise
            log.info("speech.order_lost", service=SERVICE, status=problem.status)
            finished = await self._finished(key, {}, track, options, tell)
        await self._discard(key, finished)
        return finished["answer"]

    async def discard_all(self) -> None:
        """Delete at AssemblyAI, as far as possible, what is there of this transcription."""
        for key in await self.kept.keys():
            state = await self.kept.read(key)
            if isinstance(state, dict):
                await self._discard(key, state)

    async def _finished(
        self, key: str, state: dict[str, Any], track: Track, options: dict[str, Any], tell: Progress
    ) -> dict[str, Any]:
        """The state with the answer in it."""
        if "answer" in state:
            return state
        if "id" not in state:
            was_begun = "upload_url" in state
            if not was_begun:
                state = {"upload_url": await self._uploaded(track.path, tell)}
                await self.kept.keep(key, state)
            has_one_voice = track.speaker is not None
            order = body_of(options, state["upload_url"], has_one_voice=has_one_voice)
            state = {"id": await self._ordered(order, was_begun=was_begun)}
            await self.kept.keep(key, state)
        tell(_ORDERED_SHARE)
        state = {**state, "answer": await self._awaited(key, state, tell)}
        await self.kept.keep(key, state)
        return state

    async def _uploaded(self, path: Path, tell: Progress) -> str:
        size = await asyncio.to_thread(usable_size_bytes, path, SERVICE, MOST_FILE_BYTES)
        body = FileBody(
            path, size, "application/octet-stream", sent=lambda part: tell(_UPLOADED_SHARE * part)
        )
        request = Request("POST", "/v2/upload", upload_timeout_s(size, _REQUEST_S), body=body)
        answer = mapping((await self.connection.ask(request)).json(), "answer")
        return text(answer.get("upload_url"), "upload_url")

    async def _ordered(self, order: dict[str, Any], *, was_begun: bool) -> str:
        """The id of the transcript that was ordered, now or, if only its answer was lost, before."""

        async def found() -> Answer | None:
            return await self._found(order["audio_url"])

        answer = await found() if was_begun else None
        if answer is None:
            request = Request("POST", _TRANSCRIPTS, _REQUEST_S, json=order, recover=found)
            answer = await self.connection.ask(request)
        transcript_id = text(mapping(answer.json(), "answer").get("id"), "id")
        if _ID.fullmatch(transcript_id) is None:
            raise UnreadableAnswer("the provider's answer has no usable id")
        return transcript_id

    async def _found(self, audio_url: str) -> Answer | None:
        """The transcript of an upload, among the account's newest; None: there is none, or nobody knows."""
        request = Request("GET", _TRANSCRIPTS, _REQUEST_S, query=(("limit", str(_NEWEST)),))
        with as_far_as_possible("speech.orders_unknown", service=SERVICE):
            page = mapping((await self.connection.ask(request)).json(), "answer")
            for item in array(page.get("transcripts"), "transcripts"):
                if mapping(item, "transcript").get("audio_url") == audio_url:
                    return Answer(200, json.dumps(item).encode())
        return None

    async def _awaited(self, key: str, state: dict[str, Any], tell: Progress) -> Any:
        """The transcript once it is done. The caller has the deadline: hours may be queued before it."""
        request, looks = Request("GET", f"/v2/transcript/{state['id']}", _REQUEST_S), 0
        while True:
            answer = await asyncio.to_thread((await self.connection.ask(request)).json)
            try:
                if is_done(answer):
                    await asyncio.to_thread(read, answer)
                    return answer
            except TranscriptionError:
                await self._discard(key, state)  # nothing more will come of it
                raise
            looks += 1
            tell(_ORDERED_SHARE + _AWAITED_SHARE * looks / (looks + 10))
            await self.sleep(self.poll_s)

    async def _discard(self, key: str, state: dict[str, Any]) -> None:
        """Delete at AssemblyAI what the state knows of, and have it know of nothing but the answer."""
        transcript_id = state.get("id")
        if not isinstance(transcript_id, str) or _ID.fullmatch(transcript_id) is None:
            return
        with as_far_as_possible("speech.copy_left", service=SERVICE):
            await self._deleted(transcript_id)
            left = {name: value for name, value in state.items() if name == "answer"}
            await (self.kept.keep(key, left) if left else self.kept.forget(key))

    async def _deleted(self, transcript_id: str) -> None:
        """Delete a transcript, and one that is still worked on when that is over, if it is so soon."""
        path = f"/v2/transcript/{transcript_id}"
        for _ in range(_FAREWELL_LOOKS):
            try:
                await self.connection.ask(Request("DELETE", path, _REQUEST_S))
            except ProviderRefused as problem:
                if problem.status in _NO_RIGHT:
                    raise
            else:
                return
            if not await self._is_running(path):
                break
            await self.sleep(self.poll_s)
        await self.connection.ask(Request("DELETE", path, _REQUEST_S))

    async def _is_running(self, path: str) -> bool:
        transcript = (await self.connection.ask(Request("GET", path, _REQUEST_S))).json()
        return mapping(transcript, "transcript").get("status") in ("queued", "processing")
