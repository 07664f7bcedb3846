"""What the fakes of streaming recognition share: a WebSocket server, the sound that it heard, faults."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import uuid
from abc import ABC, abstractmethod
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

import psutil
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from tests.providers.fake_clock import Clock, RealClock
from tests.providers.live_ear import Hearing, LiveEar

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence

    from websockets.asyncio.server import Server, ServerConnection
    from websockets.http11 import Request, Response

    from tests.providers.script import ScriptedWord

KEY = "a-key-of-the-fake"
LEAST_LEVEL = 300
"""Of 32,768: a word is heard where the sound is at least so loud."""
_BLOCK_S = 0.01
_RECEIVE_BUFFER_BYTES = 32_768


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong on one connection.

    Attributes:
        refuse_status: Answer the handshake with this status; None: accept.
        refuse_body: The refusal's body, JSON; None: the provider's usual one.
        close_code: Close with this code; 0: drop the connection without a close.
        close_reason: The close's reason; None: the provider's usual one.
        error_first: Send an error message before the close.
        after_s: After so many seconds of sound.
        stall: Read and say nothing more after ``after_s``, and leave the connection open.
        mute: Read on after ``after_s``, but say nothing more.
        answer_delay_s: Say everything so much later.
    """

    refuse_status: int | None = None
    refuse_body: Any = None
    close_code: int | None = None
    close_reason: str | None = None
    error_first: bool = False
    after_s: float = 0.0
    stall: bool = False
    mute: bool = False
    answer_delay_s: float = 0.0


NO_FAULT = Fault()


class ProviderCloses(Exception):
    """The provider ends the connection."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class HeardSound:
    """How much was heard and how loud it was, in blocks of 10 ms.

    Args:
        sample_rate_hz: Of PCM16 mono.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self.rate = sample_rate_hz
        self.n_bytes = 0
        self._rest = bytearray()
        self._block_bytes = round(sample_rate_hz * _BLOCK_S) * 2
        self._peaks: list[int] = []

    @property
    def seconds(self) -> float:
        """How much was heard."""
        return self.n_bytes / 2 / self.rate

    def add(self, pcm: bytes) -> None:
        """Hear more."""
        self.n_bytes += len(pcm)
        self._rest += pcm
        n_whole = len(self._rest) // self._block_bytes * self._block_bytes
        for begin in range(0, n_whole, self._block_bytes):
            block = array("h", bytes(self._rest[begin : begin + self._block_bytes]))
            self._peaks.append(max(map(abs, block)))
        del self._rest[:n_whole]

    def is_voiced(self, word: ScriptedWord) -> bool:
        """Whether there was a voice where the word was said."""
        blocks = self._peaks[int(word.start_s / _BLOCK_S) : max(1, int(word.end_s / _BLOCK_S))]
        return bool(blocks) and max(blocks) >= LEAST_LEVEL


@dataclass(slots=True)
class FakeConnection:
    """One connection, for tests to look at.

    Attributes:
        number: From 0; refused attempts are counted too.
        query: The URL's parameters.
        headers: The request's, names in lower case.
        frames: Lengths of the binary frames, bytes.
        texts: The text frames, in order.
        sent: What was answered.
        close_code: The code that the connection ended with; None: it is open.
    """

    number: int
    query: dict[str, str]
    headers: dict[str, str]
    frames: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    close_code: int | None = None

    @property
    def kinds(self) -> list[str]:
        """The types of the client's text messages."""
        return [json.loads(text)["type"] for text in self.texts]


class StreamingFake(ABC):
    """A server of a provider's streams; an async context manager. One subclass a provider.

    Args:
        script: The words that are said on every connection, in seconds of its sound; or a function of the
            connection's number; or an ear that knows words by their sound.
        key: The right key.
        clock: What its rules of silence go by.
        faults: One for each attempt to connect, in order; those after the last have none.
        tls: A server's context for ``localhost``; None: without TLS.
    """

    def __init__(
        self,
        script: Sequence[ScriptedWord] | Callable[[int], Sequence[ScriptedWord]] | LiveEar = (),
        *,
        key: str = KEY,
        clock: Clock | None = None,
        faults: Sequence[Fault] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._tls = tls
        self.key = key
        self.clock = clock or RealClock()
        self.connections: list[FakeConnection] = []
        self.refused = 0
        self._script = script
        self._faults = list(faults)
        self._news = asyncio.Condition()
        self._server: Server | None = None
        self._open: set[ServerConnection] = set()

    @property
    def port(self) -> int:
        """Where it listens on loopback."""
        assert self._server is not None
        return int(next(iter(self._server.sockets)).getsockname()[1])

    @property
    def open_connections(self) -> list[FakeConnection]:
        """Those that are open."""
        return [connection for connection in self.connections if connection.close_code is None]

    def dialled_by_us(self) -> int:
        """Connections that clients in this process have with it."""
        peers = [connection.raddr for connection in psutil.Process().net_connections(kind="tcp")]
        return sum(1 for peer in peers if peer and peer.port == self.port)

    @property
    def url(self) -> str:
        """Its base URL, as an account has it."""
        return f"ws://127.0.0.1:{self.port}" if self._tls is None else f"wss://localhost:{self.port}"

    async def __aenter__(self) -> Self:
        listener = socket.socket()
        # A client that is not read has to notice after a second of sound, not after a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        listener.bind(("127.0.0.1", 0))
        self._server = await serve(
            self._serve,
            sock=listener,
            ssl=self._tls,
            process_request=self._check,
            compression=None,
            ping_interval=None,
            max_queue=None,
            close_timeout=1.0,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        for connection in self._open:
            connection.transport.abort()
        self._server.close()
        await self._server.wait_closed()

    async def until(self, condition: Callable[[], bool], timeout_s: float = 60.0) -> None:
        """Wait until something is so; looked at whenever a client says something."""
        async with asyncio.timeout(timeout_s), self._news:
            await self._news.wait_for(condition)

    def words_of(self, number: int) -> tuple[ScriptedWord, ...]:
        """What is known beforehand to be said on a connection."""
        if isinstance(self._script, LiveEar):
            return ()
        return tuple(self._script(number) if callable(self._script) else self._script)

    def hearing_of(self, sample_rate_hz: int) -> Hearing | None:
        """What finds words by their sound; None: they are known beforehand."""
        return self._script.hearing(sample_rate_hz) if isinstance(self._script, LiveEar) else None

    def fault_of(self, number: int) -> Fault:
        """What goes wrong on a connection."""
        return self._faults[number] if number < len(self._faults) else NO_FAULT

    @abstractmethod
    def problem_of(self, path: str, query: dict[str, str], headers: dict[str, str]) -> tuple[int, Any] | None:
        """Status and JSON body of a refusal of the handshake; None: it is accepted."""

    @abstractmethod
    def usual_refusal(self, status: int) -> Any:
        """The body of a refusal with a status."""

    @abstractmethod
    async def talk(self, connection: ServerConnection, heard: FakeConnection) -> None:
        """Speak the provider's protocol; raises ``ProviderCloses`` to end the connection."""

    async def noticed(self) -> None:
        """Whoever waits for something looks again."""
        async with self._news:
            self._news.notify_all()

    def _check(self, connection: ServerConnection, request: Request) -> Response | None:
        place = urlsplit(request.path)
        query = dict(parse_qsl(place.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in request.headers.raw_items()}
        fault = self.fault_of(len(self.connections) + self.refused)
        problem: tuple[int, Any] | None = self.problem_of(place.path, query, headers)
        if fault.refuse_status is not None:
            problem = fault.refuse_status, fault.refuse_body or self.usual_refusal(fault.refuse_status)
        if problem is None:
            return None
        self.refused += 1
        answer = connection.respond(problem[0], json.dumps(problem[1]))
        del answer.headers["Content-Type"]
        answer.headers["Content-Type"] = "application/json"
        self.add_refusal_headers(answer, problem[1])
        return answer

    def add_refusal_headers(self, answer: Response, body: Any) -> None:  # noqa: B027  most have nothing to do here
        """Headers that the provider adds to a refusal."""

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        place = urlsplit(connection.request.path)
        heard = FakeConnection(
            number=len(self.connections) + self.refused,
            query=dict(parse_qsl(place.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in connection.request.headers.raw_items()},
        )
        self.connections.append(heard)
        self._open.add(connection)
        await self.noticed()
        try:
            await self.talk(connection, heard)
        except ProviderCloses as close:
            if close.code == 0:
                connection.transport.abort()
            else:
                await connection.close(close.code, close.reason)
        except ConnectionClosed:
            pass
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await connection.wait_closed()
            heard.close_code = connection.close_code
            self._open.discard(connection)
            await self.noticed()


class FakeTalk(ABC):
    """One connection at work: what the provider's protocol is built on.

    Args:
        fake: The server.
        connection: The socket.
        heard: What tests look at.
        sample_rate_hz: Of the sound.
    """

    def __init__(
        self, fake: StreamingFake, connection: ServerConnection, heard: FakeConnection, sample_rate_hz: int
    ) -> None:
        self.fake = fake
        self.connection = connection
        self.heard = heard
        self.sound = HeardSound(sample_rate_hz)
        self.fault = fake.fault_of(heard.number)
        self.words = fake.words_of(heard.number)
        self.hearing = fake.hearing_of(sample_rate_hz)
        self.active_s = fake.clock.now_s()
        self.request_id = str(uuid.uuid4())

    async def say(self, message: dict[str, Any]) -> None:
        """Send a message, unless a fault makes the provider mute."""
        if self.fault.mute and self.sound.seconds >= self.fault.after_s:
            return
        if self.fault.answer_delay_s:
            await asyncio.sleep(self.fault.answer_delay_s)
        self.heard.sent.append(message)
        await self.connection.send(json.dumps(message))

    @abstractmethod
    def expect(self, words: tuple[ScriptedWord, ...]) -> None:
        """These words are being said."""

    @abstractmethod
    async def on_sound(self) -> None:
        """More sound was heard."""

    @abstractmethod
    async def on_text(self, message: Any) -> None:
        """A text frame's JSON; raises ``ProviderCloses`` to end the connection."""

    @abstractmethod
    async def on_bad_text(self) -> None:
        """A text frame without JSON."""

    def check_frame(self, frame: bytes) -> None:  # noqa: B027  most have nothing to do here
        """Raises ``ProviderCloses`` if the provider does not take it."""

    @abstractmethod
    async def before_fault(self) -> None:
        """What is said before a fault's close if it has ``error_first``."""

    async def listen(self) -> None:
        """Hear the client until it has gone."""
        await self._fault_now()
        async for message in self.connection:
            self.active_s = self.fake.clock.now_s()
            if isinstance(message, bytes):
                self.heard.frames.append(len(message))
                self.check_frame(message)
                self.sound.add(message)
                for words in [] if self.hearing is None else self.hearing.hear(message):
                    self.expect(words)
                await self.on_sound()
                await self._fault_now()
            else:
                self.heard.texts.append(message)
                try:
                    parsed = json.loads(message)
                except ValueError:
                    await self.on_bad_text()
                else:
                    await self.on_text(parsed)
            await self.fake.noticed()

    async def _fault_now(self) -> None:
        fault = self.fault
        if self.sound.seconds < fault.after_s:
            return
        if fault.stall:
            await self.fake.noticed()
            self.connection.transport.pause_reading()
            await self.connection.wait_closed()
        if fault.close_code is not None:
            if fault.error_first:
                await self.before_fault()
            raise ProviderCloses(fault.close_code, self.reason_of(fault))

    def reason_of(self, fault: Fault) -> str:
        """The reason of a fault's close."""
        return fault.close_reason or ""

    async def listen_with_rule(self, idle_s: float | None, code: int, reason: str) -> None:
        """Hear the client, and close when it was idle for so long; None: never."""
        try:
            async with asyncio.TaskGroup() as tasks:
                rule = tasks.create_task(self._rule(idle_s, code, reason), name="fake:idle-rule")
                try:
                    await self.listen()
                finally:
                    rule.cancel()
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None

    async def _rule(self, idle_s: float | None, code: int, reason: str) -> None:
        while idle_s is not None:
            at_s = self.active_s + idle_s
            await self.fake.clock.sleep_until(at_s)
            if self.active_s + idle_s <= self.fake.clock.now_s():
                raise ProviderCloses(code, reason)
