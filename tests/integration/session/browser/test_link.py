"""The page link's server, with plain WebSocket clients in the place of pages."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.quiet_machine import in_time
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from roomtone.session.browser import link as link_module
from roomtone.session.browser.link import PageLink
from roomtone.session.browser.link_messages import AudioMessage, write_audio
from roomtone.session.browser.link_reader import PageMessage
from roomtone.session.capture.model import AudioChunk, TrackClosed, TrackOpened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from roomtone.session.browser.link_reader import LinkMessage

SAMPLES = np.arange(960, dtype=np.int16)
MORE_THAN_ANY_BUFFER = 60_000
"""Messages, of about 2 kB: a connection's buffers hold some tens of megabytes at most."""


async def _hello(client: ClientConnection, instance: str = "one") -> None:
    await client.send(json.dumps({"type": "hello", "instance": instance}))


async def _open(client: ClientConnection, track: int = 1) -> None:
    await client.send(json.dumps({"type": "track_opened", "track": track, "kind": "audio", "source": "rtc"}))


def _chunk(track: int = 1, first_sample: int = 0) -> bytes:
    return write_audio(AudioMessage(track, time.monotonic() * 1e6, first_sample, SAMPLES))


async def _next(messages: AsyncIterator[LinkMessage], kind: type) -> Any:
    async with asyncio.timeout(60):
        async for message in messages:
            if isinstance(message, kind):
                return message
    pytest.fail(f"no {kind.__name__}")


async def test_a_wrong_token_is_refused():
    """Without the secret in the path the answer is 403."""
    async with PageLink() as link:
        for path in ("", "wrong", link.url.rsplit("/", 1)[1] + "x"):
            with pytest.raises(InvalidStatus) as refused:
                await connect(link.url.rsplit("/", 1)[0] + "/" + path)
            assert refused.value.response.status_code == 403


async def test_the_same_number_of_two_pages_means_two_tracks():
    """Two pages that both call a track 1 are told apart."""
    async with PageLink() as link, connect(link.url) as one, connect(link.url) as two:
        messages = aiter(link)
        opened = []
        for client, name in ((one, "one"), (two, "two")):
            await _hello(client, name)
            await _open(client)
            opened.append((await _next(messages, TrackOpened)).track)
        assert opened == [1, 2]
        await two.send(_chunk())
        chunk = await _next(messages, AudioChunk)
        assert chunk.track == 2
        assert np.array_equal(chunk.samples, SAMPLES)


async def test_a_page_that_comes_back_goes_on_with_its_tracks():
    """A broken socket of the same instance closes nothing when it returns in time."""
    async with PageLink(return_within_s=60.0) as link:
        messages = aiter(link)
        async with connect(link.url) as client:
            await _hello(client)
            await _open(client)
            await client.send(_chunk())
            await _next(messages, AudioChunk)
        async with connect(link.url) as client:
            await _hello(client)
            await _open(client)  # told again
            await client.send(_chunk(first_sample=1920))
            async with asyncio.timeout(60):
                seen = [await anext(messages) for _ in range(2)]
        hello, chunk = seen
        assert isinstance(hello, PageMessage)
        assert isinstance(chunk, AudioChunk)
        assert (chunk.track, chunk.first_sample) == (1, 1920)


async def test_a_page_that_stays_away_is_gone():
    """The tracks of a page that does not come back are closed after the time it is given."""
    async with PageLink(return_within_s=0.5) as link:
        messages = aiter(link)
        async with connect(link.url) as client:
            await _hello(client)
            await _open(client)
            await _next(messages, TrackOpened)
            leaves_s = time.monotonic()
        closed = await _next(messages, TrackClosed)
        assert closed.track == 1
        assert time.monotonic() - leaves_s > 0.49
        assert in_time(time.monotonic() - leaves_s, 1.0)


async def test_a_page_is_told_the_time():
    """The answer to a clock message holds what was asked and the monotonic clock."""
    async with PageLink() as link, connect(link.url) as client:
        await _hello(client)
        before_s = time.monotonic()
        await client.send('{"type":"clock","sent_us":12.5}')
        answer = json.loads(await client.recv())
        assert answer["sent_us"] == 12.5
        assert before_s <= answer["session_us"] / 1e6 <= time.monotonic()


async def test_what_is_not_of_the_links_form_is_dropped_and_counted():
    """Nonsense neither ends the connection nor reaches the session."""
    async with PageLink() as link, connect(link.url) as client:
        messages = aiter(link)
        await _hello(client)
        for nonsense in (b"", b"\x09" * 40, "[]", "{", '{"type":7}', _chunk()[:-1]):
            await client.send(nonsense)
        await client.send(json.dumps({"type": "signal", "what": "sense"}))
        assert [(await _next(messages, PageMessage)).type for _ in range(2)] == ["hello", "signal"]
        assert link.counts["bad_messages"] == 6


async def test_a_connection_without_hello_is_not_served():
    """The first message must say who it is; what comes first from the page is another's hello."""
    async with PageLink() as link, connect(link.url) as client:
        await client.send(_chunk())
        async with asyncio.timeout(60):
            await client.wait_closed()
        async with connect(link.url) as other:
            await _hello(other)
            first = await _next(aiter(link), object)
            assert isinstance(first, PageMessage)
            assert first.type == "hello"


async def test_a_slow_session_makes_the_page_wait():
    """With nobody reading, the link takes its bound and no more; everything arrives in order once somebody reads."""
    n_sent, is_enough = 0, asyncio.Event()
    async with (
        PageLink() as link,
        connect(link.url, compression=None) as client,
        asyncio.TaskGroup() as tasks,
    ):
        await _hello(client)
        await _open(client)

        async def send_until_enough() -> None:
            nonlocal n_sent
            while n_sent < MORE_THAN_ANY_BUFFER and not is_enough.is_set():
                n_sent += 1
                await client.send(_chunk(first_sample=960 * (n_sent - 1)))

        sending = tasks.create_task(send_until_enough(), name="sending")
        n_before = -1
        while n_sent <= link_module.MAX_WAITING_MESSAGES or n_sent > n_before:
            n_before = n_sent
            await asyncio.sleep(0.3)
        assert not sending.done()
        is_enough.set()
        messages = aiter(link)
        n_read = 0
        while n_read < n_sent:
            assert (await _next(messages, AudioChunk)).first_sample == 960 * n_read
            n_read += 1
        await sending
    assert n_read == n_sent > link_module.MAX_WAITING_MESSAGES


async def test_closing_ends_the_iteration_and_the_port():
    """A reader that waits is released when the link is closed, and nobody listens any more."""
    async with asyncio.TaskGroup() as tasks:
        link = PageLink()
        async with link:

            async def read() -> list[LinkMessage]:
                return [message async for message in link]

            reading = tasks.create_task(read(), name="reading")
            async with connect(link.url) as client:
                await _hello(client)
                await asyncio.sleep(0.1)
    assert [message.type for message in reading.result() if isinstance(message, PageMessage)] == ["hello"]
    with pytest.raises(OSError, match="Connect call failed"):
        await connect(link.url)
