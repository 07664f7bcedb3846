"""Webhook endpoints, secrets and the delivery log, over HTTP."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from roomtone.bot.lifecycle import Happening, Step
from roomtone.service.store.webhook_endpoints import MOST_ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from fastapi import FastAPI

    from roomtone.bot.request import BotRequest
    from roomtone.service.store.store import Store

URL = "https://example.com/hook"
ENDPOINTS = "/api/v1/webhooks/endpoints"
DELIVERIES = "/api/v1/webhooks/deliveries"
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
async def stranger(app: FastAPI, store: Store) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with a key of another workspace."""
    headers = {"Authorization": f"Token {await store.keys.create('other', 'elsewhere')}"}
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://roomtone", headers=headers) as client:
        yield client


async def _made(client: httpx2.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await client.post(ENDPOINTS, json={"url": URL, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def _log(client: httpx2.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(DELIVERIES, params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["deliveries"])


async def test_an_endpoint_is_made_read_changed_and_deleted(client: httpx2.AsyncClient):
    """What is made is what is read; what a change leaves out stays; what is deleted is 404."""
    made = await _made(client, events=["bot.done", "bot.kicked", "bot.done"], custom_attributes={"team": 1})
    assert made.pop("secret") == (await client.get("/api/v1/webhooks/secret")).json()["secret"]
    assert (made["events"], made["enabled"]) == (["bot.done", "bot.kicked"], True)
    path = f"{ENDPOINTS}/{made['id']}"
    assert (await client.get(path)).json() == made
    assert (await client.get(ENDPOINTS)).json() == {"endpoints": [made]}
    changed = (await client.patch(path, json={"enabled": False, "events": ["*"], "url": None})).json()
    assert (changed["enabled"], changed["events"], changed["url"]) == (False, [], URL)
    assert changed["disabled_because"]
    again = (await client.patch(path, json={"enabled": True})).json()
    assert (again["enabled"], again["disabled_because"]) == (True, None)
    assert (await client.delete(path)).status_code == 200
    for answer in (await client.get(path), await client.patch(path, json={}), await client.delete(path)):
        assert answer.status_code == 404
        assert answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "ftp://example.com"}, "url"),
        ({"url": URL, "events": ["bot.exploded"]}, "events"),
        ({"url": URL, "events": "bot.done"}, "events"),
        ({"url": URL, "enabled": "yes"}, "enabled"),
    ],
)
async def test_a_wrong_endpoint_is_refused_by_its_field(
    client: httpx2.AsyncClient, body: dict[str, Any], field: str
):
    """400, and the message begins with the field at fault."""
    answer = await client.post(ENDPOINTS, json=body)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(f"{field}:")


async def test_there_is_a_most_of_endpoints(client: httpx2.AsyncClient):
    """One too many is 409; deleting one makes room."""
    made = [await _made(client) for _ in range(MOST_ENDPOINTS)]
    assert (await client.post(ENDPOINTS, json={"url": URL})).status_code == 409
    await client.delete(f"{ENDPOINTS}/{made[0]['id']}")
    await _made(client)


async def test_another_workspace_sees_and_hears_nothing(
    client: httpx2.AsyncClient,
    stranger: httpx2.AsyncClient,
    store: Store,
    workspace_id: str,
    request_body: BotRequest,
):
    """Endpoints, secrets and deliveries of one workspace are 404 for another and get nothing of it."""
    theirs = await _made(stranger)
    mine = await _made(client)
    bot = await store.bots.create_bot(request_body, workspace_id)
    await store.events.record(bot.id, Happening(Step.JOINING, NOW), epoch=None)
    assert {d["endpoint_id"] for d in await _log(client)} == {None, mine["id"]}
    assert await _log(stranger) == []
    assert theirs["secret"] != mine["secret"]
    (delivery, *_) = await _log(client)
    for path in (f"{ENDPOINTS}/{mine['id']}", f"{DELIVERIES}/{delivery['id']}"):
        assert (await stranger.get(path)).status_code == 404
    assert (await stranger.post(f"{DELIVERIES}/{delivery['id']}/replay")).status_code == 404
    assert (await stranger.delete(f"{ENDPOINTS}/{mine['id']}")).status_code == 404


async def test_an_endpoint_gets_what_it_subscribed_to(
    client: httpx2.AsyncClient, store: Store, workspace_id: str, request_body: BotRequest
):
    """By event name and by the bot's attributes; a disabled one gets nothing."""
    named = await _made(client, events=["bot.inmeeting"])
    routed = await _made(client, custom_attributes={"a": "b"})
    await _made(client, custom_attributes={"a": "c"})
    await _made(client, custom_attributes={"missing": None})
    await _made(client, enabled=False)
    bot = await store.bots.create_bot(request_body, workspace_id)
    for step in (Step.JOINING, Step.IN_MEETING):
        await store.events.record(bot.id, Happening(step, NOW), epoch=None)
    told = [(d["endpoint_id"], d["event"]) for d in await _log(client, bot_id=bot.id)]
    assert sorted(told, key=str) == sorted(
        [
            (None, "bot.joining"),
            (None, "bot.inmeeting"),
            (named["id"], "bot.inmeeting"),
            (routed["id"], "bot.joining"),
            (routed["id"], "bot.inmeeting"),
        ],
        key=str,
    )


async def test_the_log_is_filtered_and_paged(
    client: httpx2.AsyncClient, store: Store, workspace_id: str, request_body: BotRequest
):
    """Newest first, each once over all pages; each filter keeps what it names; a made-up cursor is 400."""
    endpoint = await _made(client)
    bot = await store.bots.create_bot(request_body, workspace_id)
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot.id, Happening(step, NOW), epoch=None)
    everything = await _log(client)
    assert len(everything) == 6
    seen: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await client.get(DELIVERIES, params={"limit": 4, "cursor": cursor})).json()
        seen += page["deliveries"]
        cursor = page["nextCursor"]
        assert page["hasNextPage"] is (cursor is not None)
    assert seen == everything
    assert len(await _log(client, event="bot.recording")) == 2
    assert len(await _log(client, endpoint_id=endpoint["id"])) == 3
    assert await _log(client, state="delivered") == []
    for query in ({"cursor": "before-x"}, {"cursor": "12"}, {"state": "lost"}, {"limit": 0}):
        assert (await client.get(DELIVERIES, params=query)).status_code == 400


async def test_a_finished_delivery_is_sent_again_and_a_pending_one_is_not(
    client: httpx2.AsyncClient, store: Store, workspace_id: str, request_body: BotRequest
):
    """Replay: 409 while on its way and while its endpoint is disabled or gone; else pending with the same id."""
    endpoint = await _made(client, events=["bot.joining"])
    bot = await store.bots.create_bot(request_body, workspace_id)
    await store.events.record(bot.id, Happening(Step.JOINING, NOW), epoch=None)
    (delivery,) = await _log(client, endpoint_id=endpoint["id"])
    replay = f"{DELIVERIES}/{delivery['id']}/replay"
    assert (await client.post(replay)).status_code == 409
    for one in await store.deliveries.begin(await store.deliveries.due()):
        await store.deliveries.delivered(one.id, 200)
    path = f"{ENDPOINTS}/{endpoint['id']}"
    await client.patch(path, json={"enabled": False})
    assert (await client.post(replay)).status_code == 409
    await client.patch(path, json={"enabled": True, "url": "https://example.com/new"})
    answer = await client.post(replay)
    assert answer.status_code == 202
    again = answer.json()
    assert (again["id"], again["state"], again["url"]) == (
        delivery["id"],
        "pending",
        "https://example.com/new",
    )
    assert (again["attempts"], again["body"]) == (1, delivery["body"])
    assert again["replayed_at"]
    (due,) = await store.deliveries.due()
    assert due.webhook_id == delivery["id"]
    assert (await client.delete(path)).status_code == 200
    assert (await client.get(f"{DELIVERIES}/{delivery['id']}")).json()["state"] == "given_up"
    assert (await client.post(replay)).status_code == 409


async def test_a_replaced_secret_signs_on_for_a_day(client: httpx2.AsyncClient, tmp_path: Path):
    """The new secret is answered, kept in the file of the default workspace, and the former one stays along."""
    first = (await client.get("/api/v1/webhooks/secret")).json()
    assert first["previous"] is None
    rotated = (await client.post("/api/v1/webhooks/secret/rotate")).json()
    assert rotated["secret"] != first["secret"] == rotated["previous"]
    assert rotated["previous_until"].endswith("Z")
    assert (await client.get("/api/v1/webhooks/secret")).json() == rotated
    assert (tmp_path / "data" / "webhook.secret").read_text().strip() == rotated["secret"]


async def test_rotations_at_once_leave_one_secret(client: httpx2.AsyncClient, tmp_path: Path):
    """All are served, and the file of the default workspace has what the database has."""
    for _ in range(5):
        turns = await asyncio.gather(*[client.post("/api/v1/webhooks/secret/rotate") for _ in range(16)])
        assert [turn.status_code for turn in turns] == [200] * 16
        kept = (tmp_path / "data" / "webhook.secret").read_text().strip()
        assert (await client.get("/api/v1/webhooks/secret")).json()["secret"] == kept


async def test_a_rotation_elsewhere_leaves_the_servers_file_alone(
    stranger: httpx2.AsyncClient, tmp_path: Path
):
    """The file is the default workspace's."""
    assert (await stranger.post("/api/v1/webhooks/secret/rotate")).status_code == 200
    assert not (tmp_path / "data" / "webhook.secret").exists()
