"""What a session says of participants reaches the outbox while the meeting runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from roomtone.bot.participant_events import CHAT_MESSAGE, JOINED, LEFT, SPEECH_OFF, SPEECH_ON
from roomtone.bot.request import BotRequest

if TYPE_CHECKING:
    from tests.integration.service.nodes.conftest import RunAgent

    from roomtone.service.store.store import Store

MEETING = """
say("joining")
say("in_meeting")
say("recording_started", picture="none")
say("participant_moved", action="join", participant_id="1", name="Zoë", recorded_s=0.0)
say("participant_moved", action="leave", participant_id="1", name="Zoë", recorded_s=2.5)
sys.stdin.readline()
say("ended", reason="remove_requested")
"""


def asking(path: str, *events: str) -> BotRequest:
    """A bot with one receiver of these events."""
    wanted = [{"type": "webhook", "url": f"http://127.0.0.1:9/{path}", "events": list(events)}]
    return BotRequest.model_validate(
        {
            "meeting_link": "http://127.0.0.1:9/practice/room",
            "video_required": False,
            "recording_config": {"realtime_endpoints": wanted},
        }
    )


async def test_movements_are_delivered_while_the_meeting_runs(
    store: Store, workspace_id: str, run_agent: RunAgent
) -> None:
    """In their order, with the time since the recording began; the bot's own events go their way."""
    request = asking("people", JOINED, LEFT)
    async with run_agent(MEETING):
        bot = await store.bots.create_bot(request, workspace_id)
        async with asyncio.timeout(60):
            while len(sent := await store.deliveries.of_bot(bot.id)) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    assert [one.body["event"] for one in sent] == [JOINED, LEFT]
    assert [one.body["data"]["data"]["timestamp"]["relative"] for one in sent] == [0.0, 2.5]
    assert {one.body["data"]["data"]["participant"]["full_name"] for one in sent} == {"Zoë"}


NOSY = """
for name in start["participant_events"]:
    say("chat_said", message_id=name, participant_id="1", name="Zoë", text=name, recorded_s=0.0)
say("speaking_moved", action="start", participant_id="1", name="Zoë", recorded_s=1.0)
say("speaking_moved", action="stop", participant_id="1", name="Zoë", recorded_s=2.0)
sys.stdin.readline()
say("ended", reason="remove_requested")
"""


async def test_a_session_is_told_what_is_asked_for_and_speaking_and_chat_are_delivered(
    store: Store, workspace_id: str, run_agent: RunAgent
) -> None:
    """By the bot itself and by the workspace's endpoints that name it; nobody gets what they did not name."""
    values = {
        "url": "http://127.0.0.1:9/chat",
        "description": "",
        "events": [CHAT_MESSAGE],
        "custom_attributes": {},
        "enabled": True,
    }
    await store.webhook_endpoints.create(workspace_id, values)
    request = asking("talk", SPEECH_ON, SPEECH_OFF)
    async with run_agent(NOSY):
        bot = await store.bots.create_bot(request, workspace_id)
        async with asyncio.timeout(60):
            while len(sent := await store.deliveries.of_bot(bot.id)) < 5:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    by_url: dict[str, list[str]] = {}
    for one in sent:
        by_url.setdefault(one.url.rpartition("/")[2], []).append(one.body["event"])
    assert by_url == {"talk": [SPEECH_ON, SPEECH_OFF], "chat": [CHAT_MESSAGE] * 3}
    told = [one.body["data"]["data"]["data"]["text"] for one in sent if one.event == CHAT_MESSAGE]
    assert told == sorted([CHAT_MESSAGE, SPEECH_ON, SPEECH_OFF])
