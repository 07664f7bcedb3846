"""The recognising child of ``live_worker``, from the side of who asks it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
from typing import TYPE_CHECKING, Any

from roomtone.child_process import ChildGroup
from roomtone.speech.local.engines import POCKETSPHINX
from roomtone.speech.streaming.errors import StreamEnded

if TYPE_CHECKING:
    from collections.abc import Mapping

SEATS = 2
"""Utterances that are heard at once; each takes 100 MB of pocketsphinx. Others wait for a seat."""
SEATS_OF_ONE_MODEL = 16
"""The same where all seats share one loaded model: a seat is no more than its sound."""
ANSWER_S = 60.0
"""A child that does not answer for so long hangs, or the machine is too slow for live words."""
STOP_S = 0.3
_LINE_BYTES = 1024 * 1024


class LiveEngine:
    """One child, started when the first utterance begins, and again when it died; used on one event loop.

    Args:
        engine: Its name.
        options: Of the engine.
    """

    def __init__(self, engine: str, options: Mapping[str, Any]) -> None:
        self._plan = json.dumps({"engine": engine, "options": dict(options)})
        self._engine = engine
        self._turn = asyncio.Lock()
        self._seats: asyncio.LifoQueue[int] = asyncio.LifoQueue()
        for seat in reversed(range(SEATS if engine == POCKETSPHINX else SEATS_OF_ONE_MODEL)):
            self._seats.put_nowait(seat)
        self._child: ChildGroup | None = None
        self._answers: asyncio.StreamReader | None = None
        self._requests: asyncio.StreamWriter | None = None
        self._generation = 0
        self._is_closed = False

    async def take_seat(self) -> int:
        """Wait for a seat; give it back with `leave_seat`."""
        return await self._seats.get()

    def leave_seat(self, seat: int) -> None:
        """Somebody else may begin an utterance."""
        self._seats.put_nowait(seat)

    async def begin(self, seat: int) -> int:
        """Begin an utterance; the number of the child that hears it, for what follows."""
        await self._ask({"begin": seat}, b"", None)
        return self._generation

    async def hear(
        self, seat: int, pcm: bytes, generation: int, *, so_far: bool = False
    ) -> list[list[Any]] | None:
        """More of it; its words so far, if they are wanted and there are new ones."""
        answer = await self._ask({"hear": seat, "bytes": len(pcm), "so_far": so_far}, pcm, generation)
        words: list[list[Any]] | None = answer.get("words")
        return words

    async def finish(self, seat: int, generation: int) -> tuple[list[list[Any]], str | None]:
        """It is over: its words and their language."""
        answer = await self._ask({"finish": seat}, b"", generation)
        return answer.get("words") or [], answer.get("language")

    async def aclose(self) -> None:
        """End the child; completes even when cancelled."""
        self._is_closed = True
        await self._stop()

    async def _ask(self, request: dict[str, Any], pcm: bytes, generation: int | None) -> dict[str, Any]:
        async with self._turn:
            if generation is not None and generation != self._generation:
                raise StreamEnded("engine_failed", f"the engine {self._engine} ended", retryable=True)
            try:
                async with asyncio.timeout(ANSWER_S):
                    if self._child is None:
                        await self._start()
                    assert self._requests is not None
                    self._requests.write(json.dumps(request).encode() + b"\n" + pcm)
                    await self._requests.drain()
                    return await self._answer()
            except TimeoutError:
                message = f"the engine {self._engine} said nothing for {ANSWER_S:.0f} s"
                problem = StreamEnded("engine_failed", message, retryable=True)
            except (EOFError, ConnectionError):
                message = f"the engine {self._engine} ended, perhaps for want of memory"
                problem = StreamEnded("engine_failed", message, retryable=True)
            except (OSError, ValueError) as trouble:
                message = f"the engine {self._engine} failed: {type(trouble).__name__}"
                problem = StreamEnded("engine_failed", message, retryable=True)
            except BaseException:
                # The answer would be taken for that of the next request.
                await self._stop()
                raise
            await self._stop()
            raise problem

    async def _start(self) -> None:
        if self._is_closed:
            raise StreamEnded("engine_failed", "the meeting is over", retryable=False)
        ours, theirs = socket.socketpair()
        try:
            ours.setblocking(False)
            worker = ["-m", "roomtone.speech.local.live_worker", str(theirs.fileno()), self._plan]
            self._child = await ChildGroup.start(
                [sys.executable, *worker], keep_open=[theirs.fileno()], grace_s=STOP_S
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._generation += 1
        self._answers, self._requests = await asyncio.open_connection(sock=ours, limit=_LINE_BYTES)
        said = await self._answer()
        if "problem" in said:
            await self._stop()
            message = f"the engine {self._engine} cannot be loaded: {said['problem']}"
            raise StreamEnded("engine_failed", message, retryable=False)

    async def _answer(self) -> dict[str, Any]:
        assert self._answers is not None
        line = await self._answers.readline()
        if not line:
            raise EOFError
        answer = json.loads(line)
        assert isinstance(answer, dict), "the worker answers objects"
        return answer

    async def _stop(self) -> None:
        child, self._child = self._child, None
        requests, self._requests = self._requests, None
        self._generation += 1
        if requests is not None:
            requests.close()
        if child is not None:
            await child.stop()
        if requests is not None:
            with contextlib.suppress(OSError):
                await requests.wait_closed()
