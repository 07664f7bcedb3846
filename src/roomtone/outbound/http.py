"""An HTTP client for users' URLs: checked at connect time, no redirects, no proxies, bounded."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any

import httpcore2
import httpx2

from roomtone.outbound.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from roomtone.outbound.policy import AddressPolicy

MAX_BODY_BYTES = 65_536
"""Most bytes read of an answer's body; the rest is left unread and the connection closed."""
TOTAL_TIMEOUT_S = 15.0
"""Longest time from the request to the last byte of the answer."""


def guarded_http_client(
    policy: AddressPolicy,
    *,
    timeout_s: float = TOTAL_TIMEOUT_S,
    max_body_bytes: int = MAX_BODY_BYTES,
    tls: ssl.SSLContext | None = None,
) -> httpx2.AsyncClient:
    """A client whose every connection is checked; use as an async context manager.

    A body longer than ``max_body_bytes`` is cut there, without an error. Bodies are never decompressed: what
    64 KiB unpack to has no bound. Answers of 3xx are answers.

    Args:
        policy: What may be connected to.
        timeout_s: Longest time of one request, all of it; then ``httpx2.TimeoutException``.
        max_body_bytes: Most bytes of an answer's body.
        tls: Trust for ``https``; None: the usual authorities.

    The client's requests raise ``OutboundError`` for a refused or unknown host, else ``httpx2.HTTPError``.
    """
    return httpx2.AsyncClient(
        transport=_GuardedTransport(policy, timeout_s, max_body_bytes, tls or ssl.create_default_context()),
        follow_redirects=False,
        trust_env=False,
        timeout=timeout_s,
        headers={"Accept-Encoding": "identity"},
    )


class _GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to the address that was checked; TLS and ``Host`` keep the URL's host."""

    def __init__(self, policy: AddressPolicy, timeout_s: float) -> None:
        self._policy = policy
        self._timeout_s = timeout_s
        self._sockets = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the port's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await resolve(host.strip("[]"), port, self._policy, timeout or self._timeout_s)
        for address in addresses[:-1]:
            try:
                return await self._sockets.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._sockets.connect_tcp(
            str(addresses[-1]), port, timeout, local_address, socket_options
        )

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _GuardedTransport(httpx2.AsyncHTTPTransport):
    def __init__(
        self, policy: AddressPolicy, timeout_s: float, max_body_bytes: int, tls: ssl.SSLContext
    ) -> None:
        super().__init__(verify=tls, trust_env=False)
        # The pool is where the library lets a network backend in; its transport passes none on.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=20,
            max_keepalive_connections=0,
            network_backend=_GuardedBackend(policy, timeout_s),
        )
        self._timeout_s = timeout_s
        self._max_body_bytes = max_body_bytes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        deadline_s = asyncio.get_running_loop().time() + self._timeout_s
        try:
            async with asyncio.timeout_at(deadline_s):
                response = await super().handle_async_request(request)
        except TimeoutError:
            raise httpx2.ReadTimeout("no answer in time", request=request) from None
        headers = [(k, v) for k, v in response.headers.raw if k.lower() != b"content-encoding"]
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        body = _BoundedBody(response.stream, deadline_s, self._max_body_bytes, request)
        return httpx2.Response(
            response.status_code, headers=headers, stream=body, extensions=response.extensions
        )


class _BoundedBody(httpx2.AsyncByteStream):
    def __init__(
        self, body: httpx2.AsyncByteStream, deadline_s: float, max_bytes: int, request: httpx2.Request
    ) -> None:
        self._body = body
        self._deadline_s = deadline_s
        self._left = max_bytes
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = aiter(self._body)
        while self._left > 0:
            try:
                async with asyncio.timeout_at(self._deadline_s):
                    part = await anext(parts)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise httpx2.ReadTimeout("the answer did not end in time", request=self._request) from None
            yield part[: self._left]
            self._left -= len(part)

    async def aclose(self) -> None:
        await self._body.aclose()
