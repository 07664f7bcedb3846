"""Requests to somebody else's service: checked addresses, deadlines, bounded answers, repeats."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import httpx2
import structlog

from roomtone.outbound.errors import HostNotFound, OutboundError
from roomtone.outbound.http import guarded_http_client
from roomtone.outbound.policy import AddressPolicy
from roomtone.speech.cloud.bodies import FileBody
from roomtone.speech.cloud.error_codes import error_codes
from roomtone.speech.cloud.json_answers import parsed
from roomtone.speech.cloud.own_words import own_words
from roomtone.speech.cloud.patience import Patience, asked_delay_s, is_passing
from roomtone.speech.errors import (
    ProviderRefused,
    ProviderUnavailable,
    TranscriptionError,
    UnreadableAnswer,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from types import TracebackType

    from roomtone.speech.accounts import Account

log = structlog.get_logger(__name__)

MOST_ANSWER_BYTES = 64 * 1024 * 1024
"""Of one answer; the words of ten hours with everything that can be asked for are about half."""
CONNECT_S = 15.0
SLOWEST_UPLOAD_BYTES_PER_S = 128 * 1024
STALLED_UPLOAD_S = 60.0
"""An upload of which nothing is taken for so long is over."""
_LONGEST_S = 24 * 3600.0
"""No request takes so long: each has a deadline of its own."""


def upload_timeout_s(n_bytes: int, answer_s: float) -> float:
    """How long a request with so large a body may take, if the answer may take ``answer_s`` after it."""
    return answer_s + n_bytes / SLOWEST_UPLOAD_BYTES_PER_S


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        method: Such as ``POST``.
        path: Added to the connection's address; begins with a slash.
        timeout_s: Longest time of one attempt, from connecting to the last byte of the answer.
        query: Parameters in order; a name may come several times.
        json: Sent as JSON when ``body`` is None; None: no body.
        body: A sound file, or bytes.
        content_type: Of ``bytes``; a file has its own.
        accepted: Statuses besides 2xx that are answers and not errors.
        recover: Asked before the request is repeated; gives the answer to the former attempt if that went
            through all the same. For what must not be done twice; None: it may.
    """

    method: str
    path: str
    timeout_s: float = 60.0
    query: tuple[tuple[str, str], ...] = ()
    json: Any = None
    body: FileBody | bytes | None = None
    content_type: str = "application/octet-stream"
    accepted: frozenset[int] = frozenset()
    recover: Callable[[], Awaitable[Answer | None]] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is no error.

    Attributes:
        status: HTTP status.
        content: The body.
    """

    status: int
    content: bytes = field(repr=False)

    def json(self) -> Any:
        """The body's JSON, its numbers finite. Raises ``UnreadableAnswer``. Blocks for large ones."""
        return parsed(self.content)


class Connection:
    """How one account's service is asked; an async context manager, good for many requests at once.

    Args:
        service: The service's name as its users know it, such as ``Deepgram``; for errors.
        address: Where it answers, with a scheme and without a slash at its end.
        headers: Sent with every request, such as the key.
        account: What may be dialled, and what must not be shown.
        patience: How requests are repeated.
        most_answer_bytes: A longer answer is refused.
        also_passing: Statuses after which this service is asked again, besides the usual ones.
        final_codes: Names of errors after which it is not, whatever the status.

    Raises:
        ProviderRefused: If the address is no URL, or a header holds what no header can.
    """

    def __init__(
        self,
        service: str,
        address: str,
        headers: Mapping[str, str],
        account: Account,
        patience: Patience | None = None,
        most_answer_bytes: int = MOST_ANSWER_BYTES,
        also_passing: frozenset[int] = frozenset(),
        final_codes: frozenset[str] = frozenset(),
    ) -> None:
        self._service = service
        self._address = address
        self._headers = dict(headers)
        self._secrets = (account.api_key,)
        self._patience = patience or Patience()
        self._most_answer_bytes = most_answer_bytes
        self._also_passing = also_passing
        self._final_codes = final_codes
        if not all(value.isascii() and value.isprintable() for value in self._headers.values()):
            raise ProviderRefused(f"the key for {service} holds characters that no key has")
        if not _is_usable(address):
            raise ProviderRefused(f"the address set for {service} is no usable URL")
        policy = AddressPolicy.of(allow_private=account.allow_private, networks=account.allowed_networks)
        self._client = guarded_http_client(
            policy, timeout_s=_LONGEST_S, max_body_bytes=most_answer_bytes + 1, tls=account.tls
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.__aexit__(kind, problem, traceback)

    async def ask(self, request: Request) -> Answer:
        """The answer, after as many attempts as patience allows.

        Raises:
            ProviderRefused: If the service said no and would again; after one request.
            ProviderUnavailable: If it could not be reached or was in trouble at every attempt.
            UnreadableAnswer: If the answer is too long.
            UnusableAudio: If the file to send cannot be read.
        """
        attempt = 0
        while True:
            attempt += 1
            asked_s = None
            try:
                response = await self._send(request)
                if response.status_code in request.accepted or response.is_success:
                    return Answer(response.status_code, response.content)
                problem = self._refusal(response)
                asked_s = asked_delay_s(response.headers.get("retry-after"))
            except ProviderUnavailable as unavailable:
                problem = unavailable
            delay_s = self._patience.delay_s(attempt, asked_s) if problem.retryable else None
            if delay_s is None:
                raise problem
            log.info("speech.request_repeated", service=self._service, attempt=attempt, delay_s=delay_s)
            await self._patience.sleep(delay_s)
            if request.recover is not None and (recovered := await request.recover()) is not None:
                return recovered

    async def _send(self, request: Request) -> httpx2.Response:
        """One attempt."""
        try:
            async with asyncio.timeout(request.timeout_s):
                async with contextlib.AsyncExitStack() as open_files:
                    stream: Any = request.body
                    if isinstance(stream, FileBody):
                        # Whoever says no before it has read all would leave the file open for some time.
                        stream = await open_files.enter_async_context(contextlib.aclosing(stream.pieces()))
                    response = await self._client.send(self._built(request, stream))
        except TimeoutError:
            raise self._unreachable(f"gave no answer within {request.timeout_s:.0f} s") from None
        except HostNotFound:
            raise self._unreachable("has a name that leads nowhere just now") from None
        except OutboundError as problem:
            raise ProviderRefused(f"{self._service} cannot be asked: {problem}") from None
        except httpx2.TimeoutException:
            raise self._unreachable("did not go on in time") from None
        except httpx2.HTTPError as problem:
            raise self._unreachable(f"cannot be reached ({type(problem).__name__})") from None
        if len(response.content) > self._most_answer_bytes:
            raise UnreadableAnswer(f"{self._service} answered more than {self._most_answer_bytes} bytes")
        return response

    def _built(self, request: Request, stream: Any) -> httpx2.Request:
        headers, content = dict(self._headers), request.body
        if isinstance(content, FileBody):
            # With its length said, since some services refuse bodies of unknown length.
            headers |= {"Content-Type": content.content_type, "Content-Length": str(content.total_bytes)}
        elif content is not None:
            headers["Content-Type"] = request.content_type
        return self._client.build_request(
            request.method,
            self._address + request.path,
            params=list(request.query) or None,
            headers=headers,
            content=stream,
            json=request.json if content is None else None,
            timeout=httpx2.Timeout(request.timeout_s, connect=CONNECT_S, write=STALLED_UPLOAD_S),
        )

    def _unreachable(self, problem: str) -> ProviderUnavailable:
        return ProviderUnavailable(f"{self._service} {problem}")

    def _refusal(self, response: httpx2.Response) -> ProviderRefused | ProviderUnavailable:
        status = response.status_code
        said = own_words(response.content, self._secrets)
        message = f"{self._service} answered {status}" + (f": {said}" if said else "")
        passing = is_passing(status) or status in self._also_passing
        final = self._final_codes and not self._final_codes.isdisjoint(error_codes(response.content))
        kind = ProviderUnavailable if passing and not final else ProviderRefused
        return kind(message, status, said)


def _is_usable(address: str) -> bool:
    try:
        url = httpx2.URL(address)
        url.raw_host.decode("ascii")
    except (httpx2.InvalidURL, UnicodeError):
        return False
    is_whole = url.scheme in {"http", "https"} and bool(url.host.strip("[]."))
    return is_whole and 0 < (url.port or 80) < 65_536


@contextlib.contextmanager
def as_far_as_possible(event: str, **facts: Any) -> Iterator[None]:
    """A block that tidies up at the service: what fails of it is logged and nothing more."""
    try:
        yield
    except TranscriptionError as problem:
        log.warning(event, problem=type(problem).__name__, **facts)
