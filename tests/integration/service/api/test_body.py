"""The limit on bodies, over real sockets."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LINK = "http://127.0.0.1:9/practice/room"
CREATE = "/api/v1/bots/create_bot"
LIMIT = 4096


def _body(length: int) -> bytes:
    empty = json.dumps({"meeting_link": LINK, "custom_attributes": {"a": ""}}).encode()
    padded = {"meeting_link": LINK, "custom_attributes": {"a": "x" * (length - len(empty))}}
    return json.dumps(padded).encode()


async def _in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 1000):
        yield body[start : start + 1000]
        await asyncio.sleep(0)


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_is_taken_up_to_its_limit(app, serving, api_key: str, chunked: bool):
    """Exactly the limit is 201, one byte more is 413, with or without a Content-Length."""
    headers = {"Authorization": f"Token {api_key}"}
    async with serving(app) as port, httpx2.AsyncClient(headers=headers) as client:
        for length, status in ((LIMIT, 201), (LIMIT + 1, 413), (LIMIT * 6, 413)):
            body = _body(length)
            assert len(body) == length
            content = _in_pieces(body) if chunked else body
            answer = await client.post(f"http://127.0.0.1:{port}{CREATE}", content=content)
            assert answer.status_code == status
            assert status == 201 or str(LIMIT) in answer.json()["message"]


async def test_a_body_without_end_is_cut_off(app, serving, api_key: str):
    """A client that never stops sending is answered and disconnected after a bounded number of bytes."""
    head = f"POST {CREATE} HTTP/1.1\r\nHost: x\r\nAuthorization: Token {api_key}\r\nTransfer-Encoding: chunked\r\n\r\n"
    sent = 0
    async with serving(app) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode())
        try:
            async with asyncio.timeout(60):
                while sent < 100_000_000:
                    writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
                    sent += 1024
                    await writer.drain()
        except ConnectionError:
            pass
        writer.close()
    assert sent < 50_000_000


async def test_without_a_key_no_body_is_read(app, serving):
    """A request without a key is refused before its body has come."""
    head = f"POST {CREATE} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    async with serving(app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode())
        async with asyncio.timeout(60):
            assert b" 401 " in await reader.readline()
        writer.close()


@pytest.mark.parametrize(
    "more",
    [
        {"bot_message": "a\x00b"},
        {"custom_attributes": {"a\x00": 1}},
        {"custom_attributes": {"a": [{"b": "\x00"}]}},
    ],
)
async def test_a_nul_is_refused_wherever_it_is(client: httpx2.AsyncClient, more: dict[str, Any]):
    """No database but SQLite keeps a NUL; the text of its escape is no NUL."""
    answer = await client.post(CREATE, json={"meeting_link": LINK} | more)
    assert (answer.status_code, "NUL" in answer.json()["message"]) == (400, True)
    harmless = {"meeting_link": LINK, "custom_attributes": {"a": "\\u0000"}}
    assert (await client.post(CREATE, json=harmless)).status_code == 201
