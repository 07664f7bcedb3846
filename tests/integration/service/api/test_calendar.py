"""Scheduled bots: listing, moving and cancelling them through the API."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from roomtone.bot.lifecycle import Happening, Step
from roomtone.service.jobs.port import START_BOT
from roomtone.service.store.tables import jobs as jobs_table

if TYPE_CHECKING:
    import httpx2

    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.store import Store

BOTS = "/api/v1/calendar/scheduled_bots"
LINK = "http://127.0.0.1:9/practice/room"
LATER = "2031-01-31T09:00:00.000Z"


async def scheduled(client: httpx2.AsyncClient, join_at: str = LATER, **fields: Any) -> str:
    """A bot for later; its id."""
    body = {"meeting_link": LINK, "join_at": join_at, **fields}
    answer = await client.post("/api/v1/bots/create_bot", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["bot_id"])


async def listed(client: httpx2.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    """The scheduled bots."""
    answer = await client.get(BOTS, params=query)
    assert answer.status_code == 200
    return list(answer.json()["scheduled_bots"])


async def test_bots_for_later_are_listed_soonest_first(client: httpx2.AsyncClient):
    """In the documented shape, without those that join at once, at most `limit` of them."""
    last = await scheduled(client, "2031-02-01T10:00:00+01:00", custom_attributes={"n": 1}, bot_name="Notes")
    first = await scheduled(client)
    await client.post("/api/v1/bots/create_bot", json={"meeting_link": LINK})
    found = await listed(client)
    assert [bot["bot_id"] for bot in found] == [first, last]
    assert found[1] == {
        "bot_id": last,
        "platform": "Practice",
        "status": "Scheduled",
        "scheduled_join_time": "2031-02-01T09:00:00.000Z",
        "bot_username": "Notes",
        "meeting_link": LINK,
        "custom_attributes": {"n": 1},
    }
    assert [bot["bot_id"] for bot in await listed(client, limit=1)] == [first]


@pytest.mark.parametrize("limit", ["0", "101", "many"])
async def test_a_limit_has_its_range(client: httpx2.AsyncClient, limit: str):
    """1 to 100, as a number."""
    answer = await client.get(BOTS, params={"limit": limit})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("limit: ")


async def test_a_moved_bot_has_its_new_time_everywhere(client: httpx2.AsyncClient):
    """In the list, the details and the request; the body as it was sent stays what it was."""
    bot_id = await scheduled(client)
    answer = await client.patch(f"{BOTS}/{bot_id}", json={"scheduled_join_time": "2032-05-05T05:05:05Z"})
    assert answer.status_code == 200
    assert answer.json() == {
        "message": "The scheduled bot was updated.",
        "bot_id": bot_id,
        "updated_fields": ["scheduled_join_time"],
        "schedule_updated": True,
    }
    assert [bot["scheduled_join_time"] for bot in await listed(client)] == ["2032-05-05T05:05:05.000Z"]
    details = (await client.get(f"/api/v1/bots/{bot_id}/detail")).json()["bot_details"]
    assert details["ScheduledJoinTime"] == "2032-05-05T05:05:05.000Z"
    assert details["RequestPayload"]["join_at"] == LATER
    assert details["Status"] == "Scheduled"


async def test_name_and_attributes_can_change_with_it(client: httpx2.AsyncClient, store: Store):
    """What follows of webhooks has the new attributes; a time that stays is no change of schedule."""
    bot_id = await scheduled(client, custom_attributes={"a": 1}, bot_name="Old")
    change = {"scheduled_join_time": LATER, "bot_username": "New", "custom_attributes": {"b": 2}}
    answer = await client.patch(f"{BOTS}/{bot_id}", json=change)
    assert answer.json()["updated_fields"] == ["scheduled_join_time", "bot_username", "custom_attributes"]
    assert answer.json()["schedule_updated"] is False
    (bot,) = await listed(client)
    assert (bot["bot_username"], bot["custom_attributes"]) == ("New", {"b": 2})
    await client.delete(f"{BOTS}/{bot_id}")
    bodies = [event.body for event in await store.events.of_bot(bot_id)]
    assert [body["custom_attributes"] for body in bodies] == [{"a": 1}, {"b": 2}, {"b": 2}]


async def test_a_past_time_is_now(client: httpx2.AsyncClient, store: Store, jobs: EmbeddedJobs):
    """The bot is due at once, and once only."""
    bot_id = await scheduled(client)
    assert await jobs.claim("n", {START_BOT}, 5) is None
    before = datetime.now(UTC)
    answer = await client.patch(f"{BOTS}/{bot_id}", json={"scheduled_join_time": "2001-01-01T00:00:00Z"})
    assert answer.json()["schedule_updated"] is True
    bot = await store.bots.get(bot_id)
    assert bot.join_at is not None
    assert before <= bot.join_at <= datetime.now(UTC)
    job = await jobs.claim("n", {START_BOT}, 5)
    assert job is not None
    assert job.payload["bot_id"] == bot_id
    assert await jobs.claim("n", {START_BOT}, 5) is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "scheduled_join_time"),
        ({"bot_username": "New"}, "scheduled_join_time"),
        ({"scheduled_join_time": None}, "scheduled_join_time"),
        ({"scheduled_join_time": "tomorrow"}, "scheduled_join_time"),
        ({"scheduled_join_time": 1893456000}, "scheduled_join_time"),
        ({"scheduled_join_time": "2031-01-01T00:00:00"}, "scheduled_join_time"),
        ({"scheduled_join_time": "0001-01-01T00:00:00+14:00"}, "scheduled_join_time"),
        ({"scheduled_join_time": LATER, "bot_username": " "}, "bot_username"),
        ({"scheduled_join_time": LATER, "bot_username": "x" * 101}, "bot_username"),
        ({"scheduled_join_time": LATER, "custom_attributes": [1]}, "custom_attributes"),
    ],
)
async def test_a_change_that_cannot_be_names_its_field(
    client: httpx2.AsyncClient, body: dict[str, Any], field: str
):
    """400, and nothing is changed."""
    bot_id = await scheduled(client)
    answer = await client.patch(f"{BOTS}/{bot_id}", json=body)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(f"{field}: ")
    assert [bot["scheduled_join_time"] for bot in await listed(client)] == [LATER]


async def starts(store: Store) -> int:
    """How many bots are to be started, now or later."""
    query = select(func.count()).select_from(jobs_table).where(jobs_table.c.kind == START_BOT)
    async with store.database.read() as connection:
        return int((await connection.execute(query)).scalar_one())


async def test_a_cancelled_bot_ends_as_a_removed_one(client: httpx2.AsyncClient, store: Store):
    """It is stopped and done at once, its start is gone, and a second time there is none."""
    bot_id = await scheduled(client)
    assert await starts(store) == 1
    answer = await client.delete(f"{BOTS}/{bot_id}")
    assert answer.status_code == 200
    assert answer.json() == {"message": "The scheduled bot was cancelled.", "bot_id": bot_id}
    steps = [event.step for event in await store.events.of_bot(bot_id)]
    assert steps == [Step.SCHEDULED, Step.STOPPED, Step.DONE]
    status = (await client.get(f"/api/v1/bots/{bot_id}/status")).json()
    assert (status["status"], status["end_reason"]) == ("Done", "remove_requested")
    assert await starts(store) == 0
    assert await listed(client) == []
    for answer in (
        await client.delete(f"{BOTS}/{bot_id}"),
        await client.patch(f"{BOTS}/{bot_id}", json={"scheduled_join_time": LATER}),
    ):
        assert answer.status_code == 404
        assert "its stay is over" in answer.json()["message"]


async def test_a_bot_that_has_started_is_not_moved(client: httpx2.AsyncClient, store: Store):
    """From the moment a node holds it: 409, with what can be done instead; it is listed no more."""
    bot_id = await scheduled(client)
    assert await store.leases.claim_bot(bot_id, "node", 60) == 1
    for _ in ("held", "joining"):
        for answer in (
            await client.delete(f"{BOTS}/{bot_id}"),
            await client.patch(f"{BOTS}/{bot_id}", json={"scheduled_join_time": LATER}),
        ):
            assert answer.status_code == 409
            assert "remove_bot" in answer.json()["message"]
        assert await listed(client) == []
        if (await store.bots.get(bot_id)).step is Step.SCHEDULED:
            await store.events.record(bot_id, Happening(Step.JOINING, datetime.now(UTC)), epoch=1)


async def test_a_bot_that_joins_at_once_is_not_scheduled(client: httpx2.AsyncClient):
    """409: it may start at any moment, and remove_bot cancels it."""
    bot_id = (await client.post("/api/v1/bots/create_bot", json={"meeting_link": LINK})).json()["bot_id"]
    for answer in (
        await client.delete(f"{BOTS}/{bot_id}"),
        await client.patch(f"{BOTS}/{bot_id}", json={"scheduled_join_time": LATER}),
    ):
        assert answer.status_code == 409
        assert "was not scheduled" in answer.json()["message"]


async def test_bots_that_are_not_there_are_404(client: httpx2.AsyncClient, store: Store):
    """Unknown ones, what is no id, and another workspace's, which see nothing of this one."""
    bot_id = await scheduled(client)
    other = {"Authorization": f"Token {await store.keys.create('other', 'elsewhere')}"}
    for path, headers in ((uuid.uuid4(), None), ("no-id", None), (bot_id, other)):
        assert (await client.delete(f"{BOTS}/{path}", headers=headers)).status_code == 404
        change = {"scheduled_join_time": LATER}
        assert (await client.patch(f"{BOTS}/{path}", json=change, headers=headers)).status_code == 404
    assert (await client.get(BOTS, headers=other)).json() == {"scheduled_bots": []}
    assert len(await listed(client)) == 1


@pytest.mark.parametrize(
    "path", ["", "/events", "/create_calendar", "/schedule/1", "/auto-schedule/settings"]
)
async def test_calendars_are_not_connected(client: httpx2.AsyncClient, path: str):
    """The other operations of the contract's calendar are 404, and say what there is."""
    answer = await client.post(f"/api/v1/calendar{path}", json={})
    assert answer.status_code == 404
    assert "connects to no calendars" in answer.json()["message"]
    assert (await client.post(BOTS, json={})).status_code == 405
