"""Live words on their way to receivers, good and bad, on port 0."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from websockets.asyncio.server import ServerConnection, serve

from roomtone.outbound.policy import AddressPolicy
from roomtone.session.live.dialling import DiallingTiming
from roomtone.session.live.transcription.receivers import Receiver, SocketReceiver, WebhookReceiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

PRIVATE = AddressPolicy(allow_private=True)
LONGEST_S = 100.0
PATIENT = DiallingTiming(open_timeout_s=60.0, send_timeout_s=60.0, flush_timeout_s=60.0)
"""For good receivers, which a busy machine must not make bad."""
ENDLESS = DiallingTiming(
    open_timeout_s=10 * LONGEST_S, send_timeout_s=10 * LONGEST_S, flush_timeout_s=10 * LONGEST_S
)


def message(number: int, *, final: bool = True, utterance: str | None = None) -> dict[str, Any]:
    """A message with what a queue looks at."""
    return {
        "sequence": number,
        "utterance_id": utterance or f"u{number}",
        "speakerId": "ada",
        "is_final": final,
        "end_of_turn": final,
        "new_text": f"text {number}",
        "words": [],
    }


async def until(condition: Callable[[], object]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(LONGEST_S):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(receiver: Receiver) -> AsyncIterator[None]:
    """Run a receiver; it has to end after it is told to."""
    async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(receiver.run(), name="receiver")
        yield
        receiver.finish()


class Webhook:
    """An HTTP server that keeps bodies and answers with the given statuses in turn, then with 200.

    Attributes:
        may_answer: Cleared, nothing is answered until it is set again.
    """

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.bodies: list[dict[str, Any]] = []
        self.heads: list[str] = []
        self.answered: list[int] = []

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1])
            for line in head.split("\r\n")
            if line.lower().startswith("content-length")
        )
        self.heads.append(head)
        self.bodies.append(json.loads(await reader.readexactly(length)))
        await self.may_answer.wait()
        status = self.statuses.pop(0) if self.statuses else 200
        self.answered.append(status)
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[int]:
        """Serve; gives the port."""
        server = await asyncio.start_server(self.handle, "127.0.0.1", port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()


async def test_posts_come_in_order_as_json_and_what_failed_comes_again():
    """503 is tried again before anything newer; 410 is an answer: the message is dropped."""
    hook, warnings = Webhook(200, 503, 200, 410), list[str]()
    async with hook.listening() as port:
        receiver = WebhookReceiver(
            f"http://127.0.0.1:{port}/words",
            PRIVATE,
            lambda code, _message: warnings.append(code),
            LONGEST_S,
        )
        async with running(receiver):
            for number in range(5):
                receiver.put(message(number))
            await until(lambda: receiver.n_sent == 4)
    assert [body["sequence"] for body in hook.bodies] == [0, 1, 1, 2, 3, 4]
    assert "content-type: application/json" in hook.heads[0].lower()
    assert (receiver.n_sent, receiver.queue.n_dropped, receiver.queue.n_finals_dropped) == (4, 1, 1)
    assert warnings == [
        "live_transcription_webhook_unreachable",
        "live_transcription_webhook_connected",
        "live_transcription_webhook_refused",
        "live_transcription_webhook_connected",
    ]


async def test_a_slow_webhook_gets_the_newest_of_what_changes_and_every_final_word():
    """What comes while it answers the first: interims are superseded, finals are not."""
    hook = Webhook()
    hook.may_answer.clear()
    async with hook.listening() as port:
        receiver = WebhookReceiver(
            f"http://127.0.0.1:{port}/", PRIVATE, lambda _code, _message: None, LONGEST_S
        )
        async with running(receiver):
            for number in range(40):
                receiver.put(message(number, final=number % 20 == 19, utterance=f"u{number // 20}"))
                await until(lambda: hook.bodies)
            hook.may_answer.set()
            await until(lambda: receiver.n_sent == 3)
    assert [body["sequence"] for body in hook.bodies] == [0, 19, 39]
    assert receiver.queue.n_finals_dropped == 0
    assert receiver.queue.n_dropped == 37


async def test_a_private_webhook_is_refused_and_told():
    """The address policy holds here too."""
    warnings = list[str]()
    receiver = WebhookReceiver(
        "http://127.0.0.1:9/", AddressPolicy(), lambda code, _message: warnings.append(code)
    )
    async with running(receiver):
        receiver.put(message(1))
        await until(lambda: warnings)
    assert warnings == ["live_transcription_webhook_refused"]
    assert receiver.queue.n_dropped == 1


async def test_a_socket_says_ready_gets_texts_in_order_and_a_normal_close():
    """After a break the messages that waited come over the next connection."""
    connections: list[list[dict[str, Any]]] = []
    closes: list[int | None] = []

    async def handle(connection: ServerConnection) -> None:
        texts: list[dict[str, Any]] = []
        connections.append(texts)
        async for text in connection:
            texts.append(json.loads(text))
            if len(connections) == 1 and len(texts) == 3:
                connection.transport.abort()
                return
        closes.append(connection.close_code)

    warnings = list[str]()
    async with serve(handle, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        receiver = SocketReceiver(
            f"ws://127.0.0.1:{port}/", "bot-1", PRIVATE, lambda code, _message: warnings.append(code), PATIENT
        )
        async with running(receiver):
            receiver.put(message(0))
            receiver.put(message(1))
            await until(lambda: len(connections) == 1 and len(connections[0]) == 3)
            await until(lambda: warnings)
            receiver.put(message(2))
            receiver.put(message(3))
            await until(lambda: len(connections) == 2 and len(connections[1]) == 3)
        await until(lambda: closes)
    ready = {
        "type": "ready",
        "bot_id": "bot-1",
        "message": "Ready to receive messages",
        "stream": "live_transcription",
    }
    assert [texts[0] for texts in connections] == [ready, ready]
    assert [text["sequence"] for text in connections[1][1:]] == [2, 3]
    assert closes == [1000]
    assert warnings == [
        "live_transcription_socket_disconnected",
        "live_transcription_socket_connected",
    ]


async def test_a_receiver_that_is_away_costs_a_bounded_queue():
    """Nobody listens: the newest 500 wait, the rest is counted, and the end does not wait for it."""
    receiver = SocketReceiver("ws://127.0.0.1:9/", "bot-1", PRIVATE, lambda _code, _message: None, ENDLESS)
    async with running(receiver):
        for number in range(2000):
            receiver.put(message(number))
        assert len(receiver.queue) == 500
        await asyncio.sleep(0)
    assert receiver.queue.n_dropped == 2000
