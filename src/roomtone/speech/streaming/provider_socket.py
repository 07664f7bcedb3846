"""A connection with a provider: the sound goes out, what is heard comes back, nothing waits for ever."""

from __future__ import annotations

import asyncio
import contextlib
import math
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from websockets.exceptions import ConnectionClosed, WebSocketException

from roomtone.outbound.errors import HandshakeRefused, HostNotFound, OutboundError
from roomtone.outbound.policy import AddressPolicy
from roomtone.outbound.websocket import guarded_websocket
from roomtone.speech.cloud.json_answers import parsed
from roomtone.speech.errors import UnreadableAnswer
from roomtone.speech.streaming.errors import StreamEnded
from roomtone.speech.streaming.pace import Pace
from roomtone.speech.streaming.port import FLUSH
from roomtone.speech.streaming.sound_frames import BYTES_PER_SAMPLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from websockets.asyncio.client import ClientConnection

    from roomtone.speech.accounts import Account
    from roomtone.speech.streaming.dialect import Dial, Dialect, Message
    from roomtone.speech.streaming.port import Piece, Sound, Tell

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SocketTiming:
    """The deadlines of a connection.

    Attributes:
        keep_alive_s: Pause in sending after which the provider is told that we are there.
        open_s: Longest time until the connection is open.
        send_s: Longest time that the provider may take nothing.
        goodbye_s: Longest wait for the provider's last words after the sound has ended.
        silent_s: How long the provider may say nothing at all while it is given as much sound; None: as long
            as it likes.
        most_speed: How much faster than it is spoken sound that waited is sent; infinite: as fast as it goes.
        ahead_s: How much of it is sent at once.
    """

    keep_alive_s: float = 4.0
    open_s: float = 10.0
    send_s: float = 10.0
    goodbye_s: float = 2.5
    silent_s: float | None = None
    most_speed: float = math.inf
    ahead_s: float = 2.0


async def recognise(
    dial: Dial, dialect: Dialect, sound: Sound, account: Account, tell: Tell, timing: SocketTiming
) -> None:
    """Dial, send the sound, tell what is heard, part properly; see ``StreamingProvider.stream``.

    Args:
        dial: Where to.
        dialect: How the provider speaks; a new one.
        sound: What is spoken, in the rate that the URL says.
        account: What may be dialled.
        tell: Told every piece.
        timing: Deadlines.

    Raises:
        StreamEnded: If it could not be done to the end.
    """
    connection = await _dialled(dial, dialect, account, timing)
    try:
        await _Talk(connection, dialect, tell, timing).run(sound)
        with contextlib.suppress(OSError, WebSocketException):
            await connection.close()
    finally:
        connection.transport.abort()


async def _dialled(dial: Dial, dialect: Dialect, account: Account, timing: SocketTiming) -> ClientConnection:
    """The open connection."""
    policy = AddressPolicy.of(allow_private=account.allow_private, networks=account.allowed_networks)
    try:
        return await guarded_websocket(
            dial.url, policy, open_timeout_s=timing.open_s, tls=account.tls, headers=dial.headers
        )
    except HandshakeRefused as refusal:
        raise dialect.refused(refusal.status, refusal.headers, refusal.body) from None
    except HostNotFound as problem:
        raise StreamEnded("unreachable", f"{dialect.provider}: {problem}", retryable=True) from None
    except OutboundError as problem:
        raise StreamEnded("unreachable", f"{dialect.provider}: {problem}", retryable=False) from None
    except TimeoutError:
        message = f"{dialect.provider} did not answer within {timing.open_s:g} s"
    except ssl.SSLCertVerificationError as problem:
        message = f"{dialect.provider} shows a certificate that is not trusted: {problem.verify_message}"
    except (OSError, EOFError, WebSocketException, ValueError) as problem:
        told = getattr(problem, "strerror", None) or type(problem).__name__
        message = f"{dialect.provider} cannot be reached: {told}"
    raise StreamEnded("unreachable", message, retryable=True)


class _Talk:
    """One connection at work. Three tasks: one sends the sound, one hears, one watches the time."""

    def __init__(
        self,
        connection: ClientConnection,
        dialect: Dialect,
        tell: Tell,
        timing: SocketTiming,
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._tell = tell
        self._timing = timing
        self._pace = Pace(timing.most_speed, timing.ahead_s)
        self._sent_s = self._heard_s = _now_s()
        self._unanswered_s = 0.0
        self._is_ending = False
        self._news = asyncio.Event()

    async def run(self, sound: Sound) -> None:
        """Talk to the end."""
        problem = None
        try:
            async with asyncio.TaskGroup() as tasks:
                working = [
                    tasks.create_task(self._send_sound(sound), name="recognition:send"),
                    tasks.create_task(self._keep_time(), name="recognition:time"),
                ]
                await self._listen()
                for task in working:
                    task.cancel()
        except* StreamEnded as several:
            problem = several.exceptions[0]
        self._tell_all(self._dialect.finish(orderly=problem is None))
        if problem is not None:
            raise problem

    async def _send_sound(self, sound: Sound) -> None:
        """Send until the sound ends, say so, and then wait for the last words as long as may be."""
        try:
            async for piece in sound:
                if piece == FLUSH:
                    messages = self._dialect.flush(_now_s())
                    self._news.set()
                else:
                    messages = self._dialect.sound(piece)
                for message in messages:
                    await self._send(message)
            self._is_ending = True
            for message in self._dialect.end():
                await self._send(message)
        except ConnectionClosed:
            return  # whoever listens hears why
        await asyncio.sleep(self._timing.goodbye_s)
        raise self._stuck(f"did not finish within {self._timing.goodbye_s:g} s")

    async def _send(self, message: Message) -> None:
        if isinstance(message, bytes):
            length_s = len(message) / BYTES_PER_SAMPLE / self._dialect.sample_rate_hz
            await asyncio.sleep(self._pace.wait_s(length_s, _now_s()))
            self._unanswered_s += length_s
        try:
            async with asyncio.timeout(self._timing.send_s):
                await self._connection.send(message)
        except TimeoutError:
            raise self._stuck(f"took nothing for {self._timing.send_s:g} s") from None
        self._sent_s = _now_s()
        longest_s = self._timing.silent_s
        if longest_s is not None and min(self._unanswered_s, self._sent_s - self._heard_s) > longest_s:
            raise self._stuck(f"said nothing of {self._unanswered_s:.0f} s of sound")

    async def _listen(self) -> None:
        """Hear until the provider has said everything."""
        try:
            while not self._dialect.is_over:
                message = await self._connection.recv(decode=False)
                self._heard_s = _now_s()
                self._unanswered_s = 0.0
                self._hear(message)
        except ConnectionClosed as closed:
            theirs = closed.rcvd  # None too where we gave up, as after pings without an answer
            if self._is_ending and theirs is not None and theirs.code == 1000:
                return
            code, reason = (None, "") if theirs is None else (theirs.code, theirs.reason)
            raise self._dialect.closed(code, reason) from None

    def _hear(self, raw: bytes) -> None:
        with contextlib.suppress(UnreadableAnswer):
            message = parsed(raw)
            if not isinstance(message, dict):
                return
            if message.get("type") == "Warning":
                # Its words stay out of the log: nobody knows that they hold none of the meeting's.
                code = str(message.get("warning_code", ""))[:40]
                log.warning("recognition.provider_warned", provider=self._dialect.provider, code=code)
            self._tell_all(self._dialect.hear(message, self._heard_s))
            self._news.set()

    async def _keep_time(self) -> None:
        """Say that we are there while nothing else is said; end what is waited for too long."""
        with contextlib.suppress(ConnectionClosed):  # whoever listens hears why
            while True:
                due_s = self._dialect.due_s
                awake_s = math.inf if self._is_ending else self._sent_s + self._timing.keep_alive_s
                try:
                    async with asyncio.timeout_at(min(awake_s, math.inf if due_s is None else due_s)):
                        await self._news.wait()
                    self._news.clear()
                except TimeoutError:
                    await self._time_came(_now_s())

    async def _time_came(self, now_s: float) -> None:
        if self._dialect.due_s is not None and now_s >= self._dialect.due_s:
            self._tell_all(self._dialect.wait_is_over(now_s))
        if not self._is_ending and now_s >= self._sent_s + self._timing.keep_alive_s:
            await self._send(self._dialect.keep_alive)

    def _tell_all(self, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            self._tell(piece)

    def _stuck(self, problem: str) -> StreamEnded:
        return StreamEnded("unreachable", f"{self._dialect.provider} {problem}", retryable=True)


def _now_s() -> float:
    """The event loop's clock, which deadlines go by."""
    return asyncio.get_running_loop().time()
