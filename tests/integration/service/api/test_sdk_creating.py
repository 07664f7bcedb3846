"""Making bots with MeetStream's official SDK: replays are successes, refusals are its errors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import meetstream
import pytest

from roomtone.config import Settings
from roomtone.service.api.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from fastapi import FastAPI

    from roomtone.service.storage.folder import FolderStorage
    from roomtone.service.store.store import Store

LINK = "http://127.0.0.1:9/practice/room"
OTHER = {"meeting_link": "http://127.0.0.1:9/practice/other"}
FIRST = {"meeting_link": LINK, "deduplication_key": "standup", "custom_attributes": {"n": 1}}
MOST_BOTS = 2


@pytest.fixture
def app(tmp_path: Path, store: Store, storage: FolderStorage) -> FastAPI:
    """The API, taking two bots a workspace."""
    settings = Settings(data_dir=tmp_path / "data", max_bots_per_workspace=MOST_BOTS)
    return create_app(settings, store, storage)


class _Blocking:
    """The SDK's blocking client, each call in a thread."""

    def __init__(self, api_key: str, base_url: str) -> None:
        self._client = meetstream.MeetStream(api_key=api_key, base_url=base_url, max_retries=0)

    async def create(self, params: dict[str, Any], **more: Any) -> Any:
        return await asyncio.to_thread(self._client.bots.create, params, **more)

    async def detail(self, bot_id: str) -> Any:
        return await asyncio.to_thread(self._client.bots.detail, bot_id)

    async def list(self, **more: Any) -> Any:
        return await asyncio.to_thread(self._client.bots.list, **more)

    async def close(self) -> None:
        await asyncio.to_thread(self._client.close)


class _Awaited:
    """The SDK's asynchronous client."""

    def __init__(self, api_key: str, base_url: str) -> None:
        self._client = meetstream.AsyncMeetStream(api_key=api_key, base_url=base_url, max_retries=0)
        self.create = self._client.bots.create
        self.detail = self._client.bots.detail
        self.list = self._client.bots.list

    async def close(self) -> None:
        await self._client.aclose()


@pytest.mark.parametrize("kind", [_Blocking, _Awaited])
async def test_the_sdk_makes_bots_and_reads_every_answer(
    app: FastAPI,
    serving: Callable[[FastAPI], AbstractAsyncContextManager[int]],
    api_key: str,
    kind: type[_Blocking | _Awaited],
):
    """201, 507 and 200 are values; 400, 403, 409 and 429 are the SDK's own errors, with what they carry."""
    async with serving(app) as port:
        base_url = f"http://127.0.0.1:{port}/api/v1"
        client = kind(api_key, base_url)
        try:
            made = await client.create(FIRST, idempotency_key="order-7")
            replay = await client.create(OTHER, idempotency_key="order-7")
            assert (replay["bot_id"], replay["transcript_id"]) == (made["bot_id"], None)
            assert (await client.create(FIRST))["bot_id"] == made["bot_id"]
            with pytest.raises(meetstream.ConflictError) as conflict:
                await client.create(FIRST | OTHER)
            assert conflict.value.message.startswith("deduplication_key: ")
            with pytest.raises(meetstream.BadRequestError) as bad:
                await client.create({"meeting_link": LINK, "bot_name": ""})
            assert bad.value.message.startswith("bot_name: ")
            await client.create(OTHER)
            with pytest.raises(meetstream.RateLimitError) as many:
                await client.create(OTHER)
            assert (many.value.status, many.value.retry_after) == (429, 60.0)
            details = (await client.detail(made["bot_id"]))["bot_details"]
            assert (details["RequestPayload"], details["MeetingLink"]) == (FIRST, LINK)
            found = await client.list(params={"custom_attr[n]": "1", "platform": "Practice"})
            assert [bot["bot_id"] for bot in found["bots"]] == [made["bot_id"]]
        finally:
            await client.close()
        stranger = kind("rt_wrong", base_url)
        with pytest.raises(meetstream.PermissionError):
            await stranger.create(FIRST)
        await stranger.close()
