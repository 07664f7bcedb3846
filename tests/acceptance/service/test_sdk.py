"""MeetStream's own Python SDK, both clients, against a running server."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import meetstream
import pytest
from tests.acceptance.service.conftest import LONGEST_WAIT_S, ServerProcess, running
from tests.acceptance.service.sdk_calls import CALLS, LATER, LINK, NOBODYS_ID, Call, World, methods_of, rows
from tests.s3_server import s3_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

PAGE = Path(__file__).parents[3] / "docs" / "meetstream-clients.md"
_names = itertools.count()


@pytest.fixture(params=["sync", "async"])
async def sdk(request: pytest.FixtureRequest, server: ServerProcess) -> AsyncIterator[Any]:
    """One of the SDK's clients, with a good key, that tries nothing twice."""
    settings: dict[str, Any] = {"base_url": f"{server.url}/api/v1", "max_retries": 0}
    if request.param == "sync":
        with meetstream.MeetStream(server.key, **settings) as client:
            yield client
    else:
        async with meetstream.AsyncMeetStream(server.key, **settings) as client:
            yield client


@pytest.fixture
def strict_server(tmp_path: Path, recorded: Path) -> Iterator[ServerProcess]:
    """A server that takes three requests at once, and then one a minute."""
    limits = {"ROOMTONE_REQUESTS_PER_MINUTE": "1", "ROOMTONE_REQUEST_BURST": "3"}
    yield from running(tmp_path / "data", recorded, **limits)


async def asked(client: Any, make: Any, *arguments: Any) -> Any:
    """The answer of a call, whichever client it is of."""
    if isinstance(client, meetstream.AsyncMeetStream):
        answer = make(client, *arguments)
        return await answer if inspect.isawaitable(answer) else answer
    return await asyncio.to_thread(make, client, *arguments)


async def until(client: Any, bot_id: str, status: str) -> None:
    """Wait until a bot has a status."""
    deadline_s = time.monotonic() + LONGEST_WAIT_S
    while (await asked(client, lambda c: c.bots.status(bot_id)))["status"] != status:
        assert time.monotonic() < deadline_s, f"the bot is not {status}"
        await asyncio.sleep(0.1)


@pytest.fixture
async def live(sdk: Any, server: ServerProcess) -> AsyncIterator[str]:
    """A bot in its meeting; it has left when the test is over."""
    bot_id = await server.create_bot(script={}, audio_separate_streams=True)
    await until(sdk, bot_id, "Recording")
    yield bot_id
    await asked(sdk, lambda c: c.bots.remove(bot_id))
    await until(sdk, bot_id, "Done")


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict[str, Any]]:
    """A bucket that is there, as ``storage.set`` takes it."""
    with s3_server() as service:
        yield {
            "provider": "aws",
            "bucket_name": service.make_bucket("sdk"),
            "region": "us-east-1",
            "access_key_id": "test-key",
            "secret_key": "test-secret",
            "endpoint_url": service.url,
        }


@pytest.fixture
async def world(sdk: Any, server: ServerProcess, live: str, bucket: dict[str, Any]) -> World:
    """The bots of the table, each in its state."""
    recorded = {"lasts_s": 0.5, "end": "meeting_ended", "papers": True}
    streams: dict[str, Any] = {"audio_separate_streams": True, "video_separate_streams": True}
    done, erased = [await server.create_bot(script=recorded, **streams) for _ in range(2)]
    scheduled, cancelled = [await server.create_bot(join_at=LATER) for _ in range(2)]
    for bot_id in (done, erased):
        await until(sdk, bot_id, "Done")
    made = await asked(
        sdk, lambda c: c.transcripts.transcribe_bot_audio(done, {"provider": {"meeting_captions": {}}})
    )
    return World(done, live, scheduled, cancelled, erased, made["transcript_id"], bucket)


async def _outcome(sdk: Any, call: Call, world: World) -> str:
    """What is wrong with a call's outcome; empty when it is as the table says."""
    try:
        answer = await asked(sdk, call.make, world)
    except meetstream.MeetStreamError as problem:
        if isinstance(call.gives, type) and type(problem) is call.gives and problem.message:
            return ""
        return f"{call.method}: {type(problem).__name__} {problem}"
    if isinstance(call.gives, type):
        return f"{call.method}: it is served, and the table does not say so"
    missing = call.gives - (answer.keys() if isinstance(answer, dict) else set())
    return f"{call.method}: no {', '.join(sorted(missing))} in {str(answer)[:300]}" if missing else ""


async def test_every_method_does_what_the_table_says(sdk: Any, world: World):
    """Each method of each client gives the keys of the contract, or the error that says it is not served."""
    assert {call.method for call in CALLS} == methods_of(sdk)
    problems = [problem for call in CALLS if (problem := await _outcome(sdk, call, world))]
    assert not problems, "\n".join(problems)


def test_the_page_shows_the_table():
    """The documentation has exactly the rows of the table."""
    shown = [line for line in PAGE.read_text().splitlines() if re.match(r"\| `\w+\.\w+` ", line)]
    assert shown == rows()


async def test_a_repeated_request_gives_the_same_bot(sdk: Any):
    """The same Idempotency-Key is a success with the first bot (507), whatever the body."""
    name = f"once-{next(_names)}"
    body = {"meeting_link": LINK, "join_at": LATER}
    first = await asked(sdk, lambda c: c.bots.create(body, idempotency_key=name))
    again = await asked(sdk, lambda c: c.bots.create({"meeting_link": LINK}, idempotency_key=name))
    assert again["bot_id"] == first["bot_id"]
    assert again["transcript_id"] is None


async def test_a_deduplication_key_is_for_one_meeting(sdk: Any):
    """The same meeting gives the same bot, another one is a ConflictError."""
    key = f"meeting-{next(_names)}"
    body = {"meeting_link": LINK, "join_at": LATER, "deduplication_key": key}
    first = await asked(sdk, lambda c: c.bots.create(body))
    assert (await asked(sdk, lambda c: c.bots.create(body)))["bot_id"] == first["bot_id"]
    with pytest.raises(meetstream.ConflictError) as refusal:
        await asked(sdk, lambda c: c.bots.create(body | {"meeting_link": LINK + "-2"}))
    assert refusal.value.status == 409


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda c: c.bots.status(NOBODYS_ID), meetstream.NotFoundError),
        (lambda c: c.bots.create({}), meetstream.BadRequestError),
        (lambda c: c.bots.list(params={"status": "Nowhere"}), meetstream.BadRequestError),
        (lambda c: c.bots.status(NOBODYS_ID, headers={"Authorization": ""}), meetstream.AuthenticationError),
        (
            lambda c: c.bots.status(NOBODYS_ID, headers={"Authorization": "Token x"}),
            meetstream.PermissionError,
        ),
    ],
)
async def test_errors_are_the_sdks_own(sdk: Any, make: Any, error: type[meetstream.MeetStreamError]):
    """What is wrong with a request arrives as the error that the SDK has for it, with a message."""
    with pytest.raises(error) as refusal:
        await asked(sdk, make)
    assert refusal.value.message == refusal.value.body["message"]


async def test_what_is_in_the_making_is_not_ready(sdk: Any, live: str):
    """While the meeting goes on, its streams are NotReadyError (202)."""
    with pytest.raises(meetstream.NotReadyError):
        await asked(sdk, lambda c: c.bots.audio_streams(live))


async def test_what_is_not_in_a_meeting_cannot_be_paused(sdk: Any, server: ServerProcess):
    """Pausing a bot that is not in its meeting is a ConflictError."""
    scheduled = await server.create_bot(join_at=LATER)
    with pytest.raises(meetstream.ConflictError):
        await asked(sdk, lambda c: c.bots.pause_recording(scheduled))


async def test_too_many_requests_say_when_to_ask_again(strict_server: ServerProcess):
    """Over the limit is a RateLimitError with the seconds to wait."""
    server = strict_server
    with meetstream.MeetStream(server.key, base_url=f"{server.url}/api/v1", max_retries=0) as client:
        for _ in range(3):
            await asyncio.to_thread(client.bots.list)
        with pytest.raises(meetstream.RateLimitError) as refusal:
            await asyncio.to_thread(client.bots.list)
    assert refusal.value.retry_after is not None
    assert refusal.value.retry_after >= 1
