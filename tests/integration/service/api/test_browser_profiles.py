"""``browser_profile`` in create_bot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from roomtone.bot.meeting_address import Platform
from roomtone.profiles.folder import ProfileFolder
from roomtone.profiles.storage_state import StorageState

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2

    from roomtone.service.store.store import Store

LINK = "http://127.0.0.1:9/practice/room"
STATE = StorageState(cookies=())


@pytest.fixture
def profiles(tmp_path: Path) -> ProfileFolder:
    """A profile for practice meetings, one for Zoom, one of another workspace, and a damaged one."""
    folder = ProfileFolder(tmp_path / "data")
    folder.save("mine", Platform.PRACTICE, STATE)
    folder.save("zoom", Platform.ZOOM, STATE)
    folder.save("theirs", Platform.PRACTICE, STATE, "another")
    folder.save("broken", Platform.PRACTICE, STATE)
    (tmp_path / "data" / "profiles" / "broken.profile").write_text("{")
    return folder


async def create(client: httpx2.AsyncClient, profile: Any) -> httpx2.Response:
    """The answer to a request with this profile."""
    body = {"meeting_link": LINK, "browser_profile": profile}
    return await client.post("/api/v1/bots/create_bot", json=body)


@pytest.mark.usefixtures("profiles")
async def test_a_bot_may_come_with_a_profile(client: httpx2.AsyncClient, store: Store):
    """The name is kept with the request, and is none of the ignored fields."""
    answer = await create(client, "mine")
    assert (answer.status_code, answer.json()["ignored"]) == (201, [])
    assert (await store.bots.get(answer.json()["bot_id"])).request.browser_profile == "mine"


@pytest.mark.usefixtures("profiles")
@pytest.mark.parametrize("name", ["nobody", "zoom", "theirs"])
async def test_a_profile_that_is_not_there_for_this_bot(client: httpx2.AsyncClient, name: str):
    """Missing, of another platform, of another workspace: all one answer."""
    answer = await create(client, name)
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "browser_profile: there is no profile of this name for Practice; see `roomtone profile list`"
    )


@pytest.mark.usefixtures("profiles")
@pytest.mark.parametrize("name", ["broken", "../zoom", "", 7, "x" * 65])
async def test_a_profile_that_cannot_be_used(client: httpx2.AsyncClient, name: Any):
    """The field is named."""
    answer = await create(client, name)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("browser_profile: ")


async def test_an_invitation_is_taken_as_a_link(client: httpx2.AsyncClient):
    """The meeting's link is what stays of an invitation's text, and the platform is told."""
    text = "Join Zoom Meeting\nhttps://us05web.zoom.us/j/12345678901?pwd=q.1\nMeeting ID: 123 4567 8901\nPasscode: aB1"
    answer = await client.post("/api/v1/bots/create_bot", json={"meeting_link": text})
    assert (answer.status_code, answer.json()["meeting_url"]) == (
        201,
        "https://us05web.zoom.us/j/12345678901?pwd=q.1#passcode=aB1",
    )
    listed = await client.get("/api/v1/bots", params={"platform": "Zoom"})
    assert [bot["Platform"] for bot in listed.json()["bots"]] == ["Zoom"]
