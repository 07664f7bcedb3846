"""The routes of bots: what they answer, and to whom."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.service.jobs.port import START_BOT
from roomtone.service.store.events import Facts

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2

    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.store import Store

LINK = "http://127.0.0.1:9/practice/room"
CREATE = "/api/v1/bots/create_bot"
NOBODYS_ID = "3e7630c1-f403-4359-93b5-627ec90d3534"


async def _create(client: httpx2.AsyncClient, **fields: Any) -> str:
    answer = await client.post(CREATE, json={"meeting_link": LINK} | fields)
    assert answer.status_code == 201, answer.text
    bot_id: str = answer.json()["bot_id"]
    return bot_id


async def test_a_bot_is_made(client: httpx2.AsyncClient, jobs: EmbeddedJobs):
    """The answer has the contract's fields, names what is not served, and the start is enqueued."""
    answer = await client.post(CREATE, json={"meeting_link": f" {LINK} ", "agent_config_id": "hi"})
    body = answer.json()
    assert answer.status_code == 201
    assert uuid.UUID(body.pop("bot_id"))
    assert body == {
        "transcript_id": None,
        "meeting_url": LINK,
        "status": "Active",
        "ignored": ["agent_config_id"],
    }
    job = await jobs.claim("worker", [START_BOT], 10)
    assert job is not None
    assert job.payload == {"bot_id": answer.json()["bot_id"]}


async def test_what_was_asked_is_shown_again(client: httpx2.AsyncClient):
    """Status and detail give back the attributes, the name and the body as sent."""
    attributes = {"team": "sales", "n": 3, "deep": {"list": [1, None]}, "ümlaut": "日本"}
    body = {"meeting_link": LINK, "bot_name": "Notes", "custom_attributes": attributes, "bot_message": "hi"}
    bot_id = (await client.post(CREATE, json=body)).json()["bot_id"]
    status = (await client.get(f"/api/v1/bots/{bot_id}/status")).json()
    assert status == {
        "bot_id": bot_id,
        "status": "Active",
        "custom_attributes": attributes,
        "end_reason": None,
        "end_message": None,
    }
    details = (await client.get(f"/api/v1/bots/{bot_id}/detail")).json()["bot_details"]
    assert details["RequestPayload"] == body
    assert (details["BotUsername"], details["BotMessage"], details["Platform"]) == ("Notes", "hi", "Practice")
    assert details["BotID"] == bot_id
    assert details["end_reason"] is None


async def test_the_details_tell_the_whole_stay(client: httpx2.AsyncClient, store: Store):
    """After its end a bot's details have its times, its end and what was counted."""
    bot_id = await _create(client, video_required=False)
    await store.leases.claim_bot(bot_id, "node", 10)
    at = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot_id, Happening(step, at), epoch=1)
    await store.events.record(
        bot_id,
        Happening(Step.STOPPED, at + timedelta(seconds=90), EndReason.REMOVED_BY_HOST),
        epoch=1,
        facts=Facts(recorded_s=89.6, statistics={"live_frames_dropped": 2}, end_detail="kicked"),
    )
    details = (await client.get(f"/api/v1/bots/{bot_id}/detail")).json()["bot_details"]
    assert (details["Status"], details["end_reason"], details["end_detail"]) == (
        "Stopped",
        "removed_by_host",
        "kicked",
    )
    assert (details["StartTime"], details["EndTime"]) == (
        "2026-05-01T12:00:00.000Z",
        "2026-05-01T12:01:30.000Z",
    )
    assert (details["Duration"], details["recorded_s"]) == (90, 89.6)
    assert details["statistics"] == {"live_frames_dropped": 2}
    reached = [stage for stage, entry in details["StatusTimeline"].items() if entry["status"]]
    assert reached == ["Joining", "InMeeting", "Recording", "Stopped"]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_scheduled_bot_is_cancelled(client: httpx2.AsyncClient, method: str):
    """remove_bot on a bot for later ends it with its reason, and can be said again."""
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    bot_id = await _create(client, join_at=later)
    assert (await client.get(f"/api/v1/bots/{bot_id}/status")).json()["status"] == "Scheduled"
    first = await client.request(method, f"/api/v1/bots/{bot_id}/remove_bot")
    again = await client.request(method, f"/api/v1/bots/{bot_id}/remove_bot")
    assert (first.status_code, again.status_code) == (200, 200)
    assert "cancelled" in first.json()["message"]
    assert "already" in again.json()["message"]
    details = (await client.get(f"/api/v1/bots/{bot_id}/detail")).json()["bot_details"]
    assert details["end_reason"] == "remove_requested"
    assert details["StatusTimeline"]["Stopped"]["status"]


async def test_a_running_bot_is_asked_to_leave(client: httpx2.AsyncClient, store: Store):
    """remove_bot on a held bot leaves the ending to its node."""
    bot_id = await _create(client)
    await store.leases.claim_bot(bot_id, "node", 10)
    answer = await client.get(f"/api/v1/bots/{bot_id}/remove_bot")
    assert "asked to leave" in answer.json()["message"]
    assert await store.leases.removals_requested("node") == [bot_id]


async def test_a_list_is_gone_through_page_by_page(client: httpx2.AsyncClient):
    """The cursor leads through all bots, each once; the last page has none."""
    made = {await _create(client) for _ in range(5)}
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await client.get("/api/v1/bots", params=query)).json()
        seen += [bot["bot_id"] for bot in page["bots"]]
        assert page["hasNextPage"] == (page["nextCursor"] is not None)
        if not page["hasNextPage"]:
            break
        query["cursor"] = page["nextCursor"]
    assert len(seen) == 5
    assert set(seen) == made


async def test_a_list_is_filtered(client: httpx2.AsyncClient):
    """Status, platform and days, which are both inclusive, narrow the list."""
    bot_id = await _create(client)
    today = datetime.now(UTC).date()
    day = timedelta(days=1)
    cases: list[tuple[dict[str, Any], bool]] = [
        ({}, True),
        ({"status": "Active"}, True),
        ({"status": "Done"}, False),
        ({"status": "active"}, True),
        ({"status": "FAILED"}, False),
        ({"status": "Error"}, False),
        ({"status": "in_waiting_room"}, False),
        ({"status": "MediaExpired"}, False),
        ({"platform": "Practice"}, True),
        ({"platform": "practice"}, True),
        ({"platform": "google_meet"}, False),
        ({"platform": "Zoom"}, False),
        ({"from": today, "to": today}, True),
        ({"from": today + day}, False),
        ({"to": today - day}, False),
        ({"to": "9999-12-31", "from": "0001-01-01"}, True),
    ]
    for query, found in cases:
        answer = await client.get("/api/v1/bots", params={k: str(v) for k, v in query.items()})
        assert [bot["bot_id"] for bot in answer.json()["bots"]] == ([bot_id] if found else []), query


async def test_a_list_is_filtered_by_attributes(client: httpx2.AsyncClient):
    """Attributes are ANDed with each other and with the rest, over pages, and read as JSON."""
    sales = {
        await _create(client, custom_attributes={"team": "sales", "n": n, "vip": n > 1}) for n in range(4)
    }
    await _create(client, custom_attributes={"team": "sales %"})
    await _create(client, custom_attributes={"deep": {"team": "sales"}})
    cases: list[tuple[dict[str, str], int]] = [
        ({"custom_attr[team]": "sales"}, 4),
        ({"custom_attr[team]": '"sales"'}, 4),
        ({"custom_attr[team]": "sales %"}, 1),
        ({"custom_attr[team]": "Sales"}, 0),
        ({"custom_attr[team]": "sales", "custom_attr[vip]": "true"}, 2),
        ({"custom_attr[team]": "sales", "custom_attr[vip]": "true", "custom_attr[n]": "3"}, 1),
        ({"custom_attr[n]": "3.0"}, 1),
        ({"custom_attr[vip]": "1"}, 0),
        ({"custom_attr[deep]": '{"team":"sales"}'}, 1),
        ({"custom_attr[team]": "sales", "platform": "Zoom"}, 0),
    ]
    for query, found in cases:
        answer = await client.get("/api/v1/bots", params=query)
        assert len(answer.json()["bots"]) == found, query
    seen: set[str] = set()
    query = {"custom_attr[team]": "sales", "limit": "3"}
    page = (await client.get("/api/v1/bots", params=query)).json()
    seen |= {bot["bot_id"] for bot in page["bots"]}
    assert (len(page["bots"]), page["hasNextPage"]) == (3, True)
    page = (await client.get("/api/v1/bots", params=query | {"cursor": page["nextCursor"]})).json()
    seen |= {bot["bot_id"] for bot in page["bots"]}
    assert (len(page["bots"]), page["hasNextPage"]) == (1, False)
    assert seen == sales


async def test_details_have_a_former_path(client: httpx2.AsyncClient):
    """/details answers as /detail does."""
    bot_id = await _create(client)
    answers = [(await client.get(f"/api/v1/bots/{bot_id}/{path}")).json() for path in ("detail", "details")]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "finished"}, "status"),
        ({"platform": "webex"}, "platform"),
        ({"custom_attr": "sales"}, "custom_attr"),
        ({"custom_attr[]": "sales"}, "custom_attr"),
        ({"custom_attr[team": "sales"}, "custom_attr"),
        ({f"custom_attr[a{n}]": "x" for n in range(21)}, "custom_attr"),
        ({"from": "01.02.2026"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
    ],
)
async def test_a_wrong_query_is_named(client: httpx2.AsyncClient, query: dict[str, str], field: str):
    """A query that cannot be read is 400 and begins with its name."""
    answer = await client.get("/api/v1/bots", params=query)
    assert answer.status_code == 400
    assert list(answer.json()) == ["message"]
    assert answer.json()["message"].startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"meeting_link": None}, "meeting_link"),
        ({"meeting_link": "no url"}, "meeting_link"),
        ({"meeting_link": "https://example.com/meeting"}, "meeting_link"),
        ({"meeting_link": "https://meet.google.com/abc-defg-hij"}, "meeting_link"),
        ({"video_required": "yes"}, "video_required"),
        ({"automatic_leave": {"waiting_room_timeout": 59}}, "automatic_leave.waiting_room_timeout"),
        ({"automatic_leave": {"in_call_recording_timeout": "long"}}, "automatic_leave.in_call_recording_timeout"),
        ({"recording_config": {"transcript": {"provider": {"name": "x"}}}}, "recording_config.transcript.provider"),
        ({"live_audio_required": {"websocket_url": "http://x"}}, "live_audio_required.websocket_url"),
        ({"live_audio_required": {"websocket_url": "ws://x", "length_bytes": 3}}, "live_audio_required.length_bytes"),
        ({"zoom": {"zak_url": "https://example.com/zak"}}, "zoom.zak_url"),
        ({"zoom": {"obf_url": "http://example.com/obf"}}, "zoom.obf_url"),
        ({"zoom": {"zak_url": "https://example.com/zak", "obf_url": "https://example.com/obf"}}, "zoom"),
        ({"callback_url": "ftp://example.com"}, "callback_url"),
        ({"custom_attributes": []}, "custom_attributes"),
        ({"join_at": "9999-12-31T23:59:59-14:00"}, "join_at"),
    ],
)  # fmt: skip
async def test_a_wrong_field_is_named(client: httpx2.AsyncClient, fields: dict[str, Any], field: str):
    """A wrong field is 400, its dotted path stands first, and no bot is made."""
    answer = await client.post(CREATE, json={"meeting_link": LINK} | fields)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(f"{field}: "), answer.text
    assert (await client.get("/api/v1/bots")).json()["bots"] == []


async def test_a_missing_link_is_named(client: httpx2.AsyncClient):
    """Without meeting_link the sentence says that it is required."""
    answer = await client.post(CREATE, json={})
    assert (answer.status_code, answer.json()) == (400, {"message": "meeting_link: is required"})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"17",
        b"meeting_link=x",
        b"\xff\xfe",
        b"[" * 4000,
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": Infinity}',
        b'{"custom_attributes": {"a": "\\ud800"}}',
        b'{"a": ' + b"9" * 4050 + b"}",
    ],
)
async def test_what_is_no_json_object_is_refused(client: httpx2.AsyncClient, content: bytes):
    """Anything but a JSON object that can be written again is 400, with a message."""
    answer = await client.post(CREATE, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert list(answer.json()) == ["message"]


@pytest.mark.parametrize(("depth", "status"), [(62, 201), (63, 400), (300, 400), (1200, 400)])
async def test_deep_attributes_are_taken_up_to_a_limit(client: httpx2.AsyncClient, depth: int, status: int):
    """What is taken comes back in every answer; what is deeper is refused, whatever reads it."""
    nested = '{"a":' * depth + "1" + "}" * depth
    content = f'{{"meeting_link": "{LINK}", "custom_attributes": {{"deep": {nested}}}}}'.encode()
    answer = await client.post(CREATE, content=content, timeout=20)
    assert answer.status_code == (413 if len(content) > 4096 else status)
    if status == 201:
        bot_id = answer.json()["bot_id"]
        for path in (f"{bot_id}/status", f"{bot_id}/detail", ""):
            found = await client.get(f"/api/v1/bots/{path}".rstrip("/"))
            assert found.status_code == 200
            assert nested in found.text


async def test_the_content_type_does_not_matter(client: httpx2.AsyncClient):
    """A JSON object is read under whatever type it is sent."""
    content = json.dumps({"meeting_link": LINK}).encode()
    answer = await client.post(CREATE, content=content, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 201


@pytest.mark.parametrize("header", [None, "", "Token", "Token ", "Basic abc", "rt_key-without-a-scheme"])
async def test_without_a_key_it_is_401(client: httpx2.AsyncClient, header: str | None):
    """No key, or a header that holds none, is 401 and says how to send one."""
    del client.headers["Authorization"]
    headers = {} if header is None else {"Authorization": header}
    for method, path in (
        ("POST", CREATE),
        ("GET", "/api/v1/bots"),
        ("GET", f"/api/v1/bots/{uuid.uuid4()}/audio"),
    ):
        answer = await client.request(method, path, headers=headers)
        assert answer.status_code == 401
        assert "Authorization: Token KEY" in answer.json()["message"]
        assert answer.headers["WWW-Authenticate"] == "Token"


async def test_with_a_wrong_or_revoked_key_it_is_403(client: httpx2.AsyncClient, store: Store):
    """An unknown key is 403; a good one is from the moment it is revoked."""
    answer = await client.get("/api/v1/bots", headers={"Authorization": "Token rt_wrong"})
    assert answer.status_code == 403
    await store.keys.revoke("test")
    assert (await client.get("/api/v1/bots")).status_code == 403


@pytest.mark.parametrize("scheme", ["Token", "token", "Bearer", "TOKEN "])
async def test_a_key_is_taken_under_both_schemes(client: httpx2.AsyncClient, api_key: str, scheme: str):
    """Token and Bearer open the same door, however they are spelled."""
    answer = await client.get("/api/v1/bots", headers={"Authorization": f"{scheme} {api_key}"})
    assert answer.status_code == 200


async def test_workspaces_see_nothing_of_each_other(client: httpx2.AsyncClient, store: Store):
    """A bot of another workspace is 404 on every route, and in no list."""
    bot_id = await _create(client)
    other = {"Authorization": f"Token {await store.keys.create('theirs', 'other')}"}
    for path in ("status", "detail", "remove_bot", "audio", "video"):
        answer = await client.get(f"/api/v1/bots/{bot_id}/{path}", headers=other)
        assert (answer.status_code, answer.json()) == (404, {"message": "bot_id: there is no such bot."})
    assert (await client.get("/api/v1/bots", headers=other)).json()["bots"] == []
    assert (await client.get(f"/api/v1/bots/{bot_id}/status")).json()["status"] == "Active"


@pytest.mark.parametrize(
    "bot_id", ["x", "0", "..", "%00", "{}", NOBODYS_ID, NOBODYS_ID.replace("-", ""), "ü"]
)
@pytest.mark.parametrize("path", ["status", "detail", "remove_bot", "audio", "video"])
async def test_an_unknown_bot_is_404(client: httpx2.AsyncClient, bot_id: str, path: str):
    """Ids that are none, and ids of no bot, are 404 alike."""
    answer = await client.get(f"/api/v1/bots/{bot_id}/{path}")
    assert answer.status_code == 404
    assert list(answer.json()) == ["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/api/v1/bots/", 404),
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/bots", 405),
        ("GET", CREATE, 405),
        ("PUT", "/healthz", 405),
    ],
)
async def test_unknown_paths_and_methods_answer_in_the_same_shape(
    client: httpx2.AsyncClient, method: str, path: str, status: int
):
    """404 and 405 are messages too, the latter with what is allowed."""
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert list(answer.json()) == ["message"]
    assert ("Allow" in answer.headers) == (status == 405)


async def test_health_needs_no_key_and_sees_the_database(
    client: httpx2.AsyncClient, store: Store, tmp_path: Path
):
    """The server is well as long as its database can be read; afterwards it says 503."""
    del client.headers["Authorization"]
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    await store.database.close()
    for file in (tmp_path / "data").iterdir():
        file.write_bytes(b"no database" * 100)
    assert (await client.get("/healthz")).status_code == 503


async def test_a_fault_of_the_server_is_told_without_its_details(client: httpx2.AsyncClient, store: Store):
    """What nobody foresaw is 500 with a sentence that gives nothing away."""
    bot_id = await _create(client)
    async with store.database.write() as transaction:
        await transaction.connection.execute(text("UPDATE bots SET status = 'secret nonsense'"))
    answer = await client.get(f"/api/v1/bots/{bot_id}/status")
    assert answer.status_code == 500
    assert list(answer.json()) == ["message"]
    assert "nonsense" not in answer.text


async def test_a_database_that_takes_nothing_is_said_so(client: httpx2.AsyncClient, store: Store):
    """While nothing can be written, as on a full disk, reading works and creating is 503 with the reason."""
    async with store.database.write() as transaction:
        await transaction.connection.exec_driver_sql("PRAGMA query_only = ON")
    answer = await client.post("/api/v1/bots/create_bot", json={"meeting_link": LINK})
    assert answer.status_code == 503
    assert "disk is full" in answer.json()["message"]
    assert answer.headers["Retry-After"] == "10"
    assert (await client.get("/api/v1/bots")).status_code == 200
