"""Bots that are sent with a browser profile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Step
from roomtone.bot.meeting_address import Platform
from roomtone.bot.request import BotRequest
from roomtone.profiles.folder import ProfileFolder
from roomtone.profiles.storage_state import StorageState

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.service.nodes.conftest import RunAgent

    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store

LINK = "http://127.0.0.1:9/practice/room"
TELLING = """
state = start["storage_state"]
cookies = [cookie["name"] + "=" + cookie["value"] for cookie in state["cookies"]] if state else "none"
say("joining")
say("ended", reason="silence", detail=str(cookies))
"""
STATE = StorageState.model_validate({"cookies": [{"name": "a", "value": "secret", "domain": "127.0.0.1"}]})


async def ended(store: Store, workspace_id: str, profile: str | None) -> Bot:
    """A bot with a profile, once its stay is over."""
    asked = BotRequest(meeting_link=LINK, browser_profile=profile)
    bot = await store.bots.create_bot(asked, workspace_id)
    async with asyncio.timeout(60):
        while (now := await store.bots.get(bot.id)).step is not Step.STOPPED:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return now


async def test_sessions_are_handed_copies(
    store: Store, workspace_id: str, run_agent: RunAgent, tmp_path: Path
):
    """Two bots at once get the same state in their first lines, a third without a profile none; no file has it."""
    ProfileFolder(tmp_path / "profiles").save("mine", Platform.PRACTICE, STATE)
    async with run_agent(TELLING):
        bots = await asyncio.gather(*(ended(store, workspace_id, name) for name in ("mine", "mine", None)))
    assert [bot.end_detail for bot in bots] == ["['a=secret']", "['a=secret']", "none"]
    files = [path for path in (tmp_path / "sessions").rglob("*") if path.is_file()]
    assert files
    assert not any(b"secret" in path.read_bytes() for path in files)


@pytest.mark.parametrize(
    ("profile", "says"),
    [("gone", "there is no browser profile"), ("other", "is for Zoom"), ("broken", "damaged")],
)
async def test_a_profile_that_cannot_be_opened_any_more(
    store: Store, workspace_id: str, run_agent: RunAgent, tmp_path: Path, profile: str, says: str
):
    """The bot is not sent as a guest instead; it fails with its own reason, and the next one is taken."""
    folder = ProfileFolder(tmp_path / "profiles")
    folder.save("other", Platform.ZOOM, STATE)
    folder.save("broken", Platform.PRACTICE, STATE)
    (tmp_path / "profiles" / "profiles" / "broken.profile").write_text("{}")
    async with run_agent(TELLING):
        failed = await ended(store, workspace_id, profile)
        assert (await ended(store, workspace_id, None)).end_reason is EndReason.SILENCE
    assert failed.end_reason is EndReason.PROFILE_UNUSABLE
    assert says in str(failed.end_detail)


async def test_a_refusal_that_cannot_be_recorded_at_once_is_recorded_when_it_can(
    store: Store, workspace_id: str, run_agent: RunAgent
):
    """A database that takes nothing for a while leaves no bot that never ends, and holds up no other."""
    async with store.database.write() as transaction:
        await transaction.connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON bot_events BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
    async with run_agent(TELLING), asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(ended(store, workspace_id, "gone"), name="ended")
        await asyncio.sleep(0.7)
        assert not waiting.done()
        async with store.database.write() as transaction:
            await transaction.connection.exec_driver_sql("DROP TRIGGER full")
        assert (await ended(store, workspace_id, None)).end_reason is EndReason.SILENCE
        assert (await waiting).end_reason is EndReason.PROFILE_UNUSABLE
