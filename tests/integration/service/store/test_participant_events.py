"""Who comes and goes is delivered to whoever asked for it by name, in order, and forgotten with the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.participant_events import CHAT_MESSAGE, JOINED, LEFT, SPEECH_ON
from roomtone.bot.request import BotRequest
from roomtone.bot.session_protocol import ParticipantMoved
from roomtone.service.store.delivery_log import DeliveryFilter
from roomtone.service.store.errors import StaleEpoch, UnknownBot
from roomtone.service.store.history import KEPT_DAYS, purge_history

if TYPE_CHECKING:
    from roomtone.service.store.database import Database
    from roomtone.service.store.store import Store

AT = datetime(2026, 3, 14, 15, 9, 26, 535000, tzinfo=UTC)
NOW = datetime.now(UTC)


def moved(action: Literal["join", "leave"] = "join", name: str = "Ada") -> ParticipantMoved:
    """Somebody came or went."""
    return ParticipantMoved(at=AT, action=action, participant_id=name.lower(), name=name, recorded_s=1.5)


@pytest.fixture
def watched() -> BotRequest:
    """A bot with two receivers of participants, one of which wants to know of leaving alone."""
    endpoints = [
        {"type": "webhook", "url": "http://127.0.0.1:9/people", "events": [JOINED, LEFT]},
        {"type": "webhook", "url": "http://127.0.0.1:9/leavers", "events": [LEFT]},
    ]
    return BotRequest.model_validate(
        {
            "meeting_link": "http://127.0.0.1:9/practice/room",
            "callback_url": "http://127.0.0.1:9/hook",
            "custom_attributes": {"a": "b"},
            "recording_config": {"realtime_endpoints": endpoints},
        }
    )


async def endpoint(store: Store, workspace_id: str, events: list[str], **attributes: Any) -> str:
    """A workspace endpoint that wants these events of bots with these attributes."""
    values = {
        "url": "http://127.0.0.1:9/ours",
        "description": "",
        "events": events,
        "custom_attributes": attributes,
        "enabled": True,
    }
    return (await store.webhook_endpoints.create(workspace_id, values)).id


async def test_what_is_wanted_is_what_somebody_named(
    store: Store, workspace_id: str, watched: BotRequest
) -> None:
    """The bot's own receivers, and endpoints that take events of this bot; all events are not these."""
    await endpoint(store, workspace_id, [])
    await endpoint(store, workspace_id, [SPEECH_ON], a="other")
    bot = await store.bots.create_bot(watched, workspace_id)
    assert await store.participant_events.wanted(bot.id) == (JOINED, LEFT)
    await endpoint(store, workspace_id, [CHAT_MESSAGE, "bot.done"], a="b")
    assert await store.participant_events.wanted(bot.id) == (CHAT_MESSAGE, JOINED, LEFT)
    with pytest.raises(UnknownBot):
        await store.participant_events.wanted("nobody")


async def test_a_movement_goes_to_who_asked_for_it(
    store: Store, workspace_id: str, watched: BotRequest
) -> None:
    """Not to the callback, nor to endpoints that have all events, or want other bots."""
    ours = await endpoint(store, workspace_id, [JOINED, "bot.done"], a="b")
    await endpoint(store, workspace_id, [])
    await endpoint(store, workspace_id, [JOINED], a="other")
    bot = await store.bots.create_bot(watched, workspace_id)
    ticket = store.deliveries.bell.ticket()
    assert await store.participant_events.record(bot.id, moved("join"), epoch=0) == 2
    assert await store.deliveries.bell.wait(ticket, 0.1)
    assert await store.participant_events.record(bot.id, moved("leave"), epoch=0) == 2
    sent = await store.deliveries.of_bot(bot.id)
    assert [(one.lane, one.event, one.endpoint_id) for one in sent] == [
        ("realtime:0", JOINED, None),
        (ours, JOINED, ours),
        ("realtime:0", LEFT, None),
        ("realtime:1", LEFT, None),
    ]
    first = sent[0]
    assert (first.url, first.state, first.sequence) == ("http://127.0.0.1:9/people", "pending", 0)
    assert first.body["data"]["bot"] == {"id": bot.id, "metadata": {"a": "b"}}
    assert first.body["data"]["data"]["participant"]["platform"] == "Practice"
    assert len({one.webhook_id for one in sent}) == 4


async def test_each_receiver_gets_them_in_order(store: Store, workspace_id: str, watched: BotRequest) -> None:
    """A later one waits for the earlier one in its own lane alone, the bot's events in theirs."""
    bot = await store.bots.create_bot(watched, workspace_id)
    await store.events.record(bot.id, Happening(Step.JOINING, NOW), epoch=None)
    await store.participant_events.record(bot.id, moved("join"), epoch=0)
    await store.participant_events.record(bot.id, moved("leave"), epoch=0)
    due = {one.lane: one for one in await store.deliveries.due()}
    assert {lane: one.body["event"] for lane, one in due.items()} == {
        "callback": "bot.joining",
        "realtime:0": JOINED,
        "realtime:1": LEFT,
    }
    await store.deliveries.delivered(due["realtime:0"].id, 200)
    again = {one.lane: one for one in await store.deliveries.due()}
    assert again["realtime:0"].body["event"] == LEFT


async def test_a_receiver_that_wants_no_more_gets_no_more(
    store: Store, workspace_id: str, watched: BotRequest
) -> None:
    """Of that bot; the other receivers do."""
    bot = await store.bots.create_bot(watched, workspace_id)
    await store.participant_events.record(bot.id, moved("leave"), epoch=0)
    (gone,) = [one for one in await store.deliveries.due() if one.lane == "realtime:0"]
    (gone,) = await store.deliveries.begin([gone])
    await store.deliveries.gone(gone)
    assert await store.participant_events.record(bot.id, moved("leave", "Grace"), epoch=0) == 1
    lanes = [one.lane for one in await store.deliveries.of_bot(bot.id)]
    assert lanes == ["realtime:0", "realtime:1", "realtime:1"]


async def test_nobody_asked(store: Store, workspace_id: str, request_body: BotRequest) -> None:
    """Then nothing is kept."""
    bot = await store.bots.create_bot(request_body, workspace_id)
    assert await store.participant_events.record(bot.id, moved(), epoch=0) == 0
    assert await store.deliveries.of_bot(bot.id) == []


async def test_who_does_not_hold_the_bot_tells_nothing(
    store: Store, workspace_id: str, watched: BotRequest
) -> None:
    """A session of a former life, or of a bot that never was."""
    bot = await store.bots.create_bot(watched, workspace_id)
    with pytest.raises(StaleEpoch):
        await store.participant_events.record(bot.id, moved(), epoch=7)
    with pytest.raises(UnknownBot):
        await store.participant_events.record("nobody", moved(), epoch=0)


async def test_they_are_in_the_log_and_can_be_sent_again(
    store: Store, workspace_id: str, watched: BotRequest
) -> None:
    """By their name, with their body."""
    bot = await store.bots.create_bot(watched, workspace_id)
    await store.events.record(bot.id, Happening(Step.JOINING, NOW), epoch=None)
    await store.participant_events.record(bot.id, moved(), epoch=0)
    (listed,), more = await store.delivery_log.page(workspace_id, DeliveryFilter(event=JOINED))
    assert more is None
    await store.deliveries.delivered(listed.id, 200)
    again = await store.delivery_log.replay(listed.webhook_id, workspace_id)
    assert (again.state, again.body, again.url) == ("pending", listed.body, "http://127.0.0.1:9/people")
    every, _ = await store.delivery_log.page(workspace_id, DeliveryFilter(bot_id=bot.id))
    assert [one.body["event"] for one in every] == [JOINED, "bot.joining"]


async def test_they_go_when_they_are_old_and_leave_events_purgeable(
    store: Store, database: Database, workspace_id: str, watched: BotRequest
) -> None:
    """Old deliveries go with their bodies; the bot's own events are purged beside them."""
    bot = await store.bots.create_bot(watched, workspace_id)
    await store.events.record(bot.id, Happening(Step.STOPPED, NOW, EndReason.MEETING_ENDED), epoch=None)
    await store.events.record(bot.id, Happening(Step.DONE, NOW), epoch=None)
    await store.events.record(bot.id, Happening(Step.EXPIRED, NOW), epoch=None)
    await store.participant_events.record(bot.id, moved(), epoch=0)
    for delivery in await store.deliveries.of_bot(bot.id):
        if delivery.event_id is not None:
            await store.deliveries.delivered(delivery.id, 200)
    purged = await purge_history(database, now=NOW + timedelta(days=KEPT_DAYS + 1))
    assert (purged["deliveries"], purged["events"]) == (3, 3)
    (pending,) = await store.deliveries.of_bot(bot.id)
    assert pending.event == JOINED


async def test_names_go_with_the_recordings(store: Store, workspace_id: str, watched: BotRequest) -> None:
    """What was still on its way too."""
    bot = await store.bots.create_bot(watched, workspace_id)
    await store.participant_events.record(bot.id, moved("leave"), epoch=0)
    await store.events.record(bot.id, Happening(Step.STOPPED, NOW, EndReason.MEETING_ENDED), epoch=None)
    await store.events.record(bot.id, Happening(Step.DONE, NOW), epoch=None)
    await store.events.record(bot.id, Happening(Step.EXPIRED, NOW), epoch=None)
    assert [one.event_id is not None for one in await store.deliveries.of_bot(bot.id)] == [True] * 3
