"""Signals and sudden deaths: what was recorded is published, and every bot ends with a reason."""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import av
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.service.conftest import Receiver, ServerProcess

AFTER_A_RECORDING = ["audio.processed", "video.processed", "bot.done"]


async def ending_of(receiver: Receiver, bot_id: str) -> dict[str, object]:
    """The ending's envelope, once the bot is done; nothing may be told twice or out of order."""
    await receiver.wait_for(bot_id, "bot.done")
    events = receiver.events(bot_id)
    assert len(events) == len(set(events))
    bodies = receiver.taken(bot_id)
    place = next(number for number, body in enumerate(bodies) if body["event"] == "bot.stopped")
    assert events[place + 1 :] == AFTER_A_RECORDING
    return bodies[place]


async def video_s(server: ServerProcess, bot_id: str) -> float:
    """Length of the bot's video, of which every packet is read."""
    video = await server.get(f"/api/v1/bots/{bot_id}/video")
    with av.open(BytesIO(video.content), "r") as container:
        return max(
            float((packet.pts + (packet.duration or 0)) * packet.time_base)
            for packet in container.demux()
            if packet.pts is not None
        )


async def test_a_killed_session_is_published(own_server: ServerProcess, receiver: Receiver):
    """Kill -9 of a session: the recording up to then, and an ending that says so; its silence is not waited for."""
    bot_id = await own_server.create_bot(receiver.url)
    await receiver.wait_for(bot_id, "bot.recording")
    await own_server.until_recorded(bot_id, 2)
    own_server.session_of(bot_id).kill()
    ending = await ending_of(receiver, bot_id)
    assert (ending["bot_event"], ending["end_reason"]) == ("bot.failed", "session_crashed")
    details = (await own_server.get(f"/api/v1/bots/{bot_id}/detail")).json()["bot_details"]
    assert details["end_detail"] == "the session exited with code -9 without an ending"
    assert await video_s(own_server, bot_id) > 1
    assert own_server.descendants() == []


async def test_a_killed_server_goes_on_where_it_was(own_server: ServerProcess, receiver: Receiver):
    """Kill -9 of the server in mid-meeting: its bots leave by themselves, the next start publishes them."""
    bots = [await own_server.create_bot(receiver.url) for _ in range(2)]
    for bot_id in bots:
        await receiver.wait_for(bot_id, "bot.recording")
    own_server.kill()
    own_server.start()
    for bot_id in bots:
        ending = await ending_of(receiver, bot_id)
        assert (ending["bot_event"], ending["end_reason"]) == ("bot.failed", "service_crashed")
        assert await video_s(own_server, bot_id) == pytest.approx(12, abs=0.2)


async def test_a_bot_in_the_waiting_room_comes_back(
    own_server: ServerProcess, receiver: Receiver, tmp_path: Path
):
    """Kill -9 of the server while a bot waits to be let in: the next start sends it in again, and it records."""
    bot_id = await own_server.create_bot(
        receiver.url, {"waits_for": str(tmp_path / "let in"), "lasts_s": 1.0, "end": "meeting_ended"}
    )
    await receiver.wait_for(bot_id, "bot.in_waiting_room")
    own_server.kill()
    own_server.start()
    while receiver.events(bot_id).count("bot.in_waiting_room") < 2:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    (tmp_path / "let in").touch()
    await receiver.wait_for(bot_id, "bot.done")
    way_in = ["bot.joining", "bot.in_waiting_room"]
    way_out = ["bot.leaving", "bot.stopped", *AFTER_A_RECORDING]
    assert receiver.events(bot_id) == [*way_in, *way_in, "bot.inmeeting", "bot.recording", *way_out]


async def test_a_machine_that_died_is_taken_up(own_server: ServerProcess, receiver: Receiver):
    """Server and session killed at once: the torn files are published with an ending that says so."""
    bot_id = await own_server.create_bot(receiver.url)
    await receiver.wait_for(bot_id, "bot.recording")
    await own_server.until_recorded(bot_id, 2)
    session = own_server.session_of(bot_id)
    session.suspend()
    own_server.kill()
    session.kill()
    own_server.start()
    ending = await ending_of(receiver, bot_id)
    assert (ending["bot_event"], ending["end_reason"]) == ("bot.failed", "service_crashed")
    assert 1 < await video_s(own_server, bot_id) < 11


async def test_what_happened_while_nobody_listened_is_told(own_server: ServerProcess, receiver: Receiver):
    """A session that goes on without its server tells it through its journal, its own reason included."""
    script = {"lasts_s": 2.0, "end": "meeting_ended", "stubborn": True}
    bot_id = await own_server.create_bot(receiver.url, script)
    await receiver.wait_for(bot_id, "bot.joining")
    own_server.kill()
    own_server.start()
    ending = await ending_of(receiver, bot_id)
    assert ending["end_reason"] == "meeting_ended"
    assert receiver.events(bot_id)[:4] == ["bot.joining", "bot.inmeeting", "bot.recording", "bot.leaving"]


@pytest.mark.parametrize(
    "own_server", [{"ROOMTONE_LEAVE_GRACE_S": "60", "SCRIPTED_FLUSH_S": "60"}], indirect=True, ids=["patient"]
)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_stopping_server_lets_the_bots_leave(
    own_server: ServerProcess, receiver: Receiver, number: signal.Signals
):
    """SIGTERM or a closed terminal: bots leave, recordings are finished, webhooks delivered, exit code 0."""
    bot_id = await own_server.create_bot(receiver.url)
    await receiver.wait_for(bot_id, "bot.recording")
    own_server.signal(number)
    assert await asyncio.to_thread(own_server.wait) == 0
    ending = await ending_of(receiver, bot_id)
    assert ending["end_reason"] == "service_stopped"
    assert own_server.descendants() == []


@pytest.mark.parametrize("own_server", [{"ROOMTONE_LEAVE_GRACE_S": "3600"}], indirect=True, ids=["patient"])
async def test_a_second_signal_is_quick(own_server: ServerProcess, receiver: Receiver):
    """A bot that does not leave is not waited for when the signal comes twice; nothing is lost."""
    bot_id = await own_server.create_bot(receiver.url, {"stubborn": True})
    await receiver.wait_for(bot_id, "bot.recording")
    await own_server.until_recorded(bot_id, 1.5)
    own_server.signal(signal.SIGTERM)
    await asyncio.sleep(0.5)
    own_server.signal(signal.SIGINT)
    assert await asyncio.to_thread(own_server.wait) == 0
    own_server.start()
    ending = await ending_of(receiver, bot_id)
    assert ending["end_reason"] == "service_stopped"
    assert await video_s(own_server, bot_id) > 0.5


async def test_a_bot_that_does_not_leave_is_killed(own_server: ServerProcess, receiver: Receiver):
    """After the grace a session is killed; the reason is still why it was asked to leave."""
    bot_id = await own_server.create_bot(receiver.url, {"stubborn": True})
    await receiver.wait_for(bot_id, "bot.recording")
    await asyncio.sleep(1)
    await own_server.get(f"/api/v1/bots/{bot_id}/remove_bot")
    ending = await ending_of(receiver, bot_id)
    assert ending["end_reason"] == "remove_requested"
    assert own_server.descendants() == []


async def test_a_session_that_dies_at_once_fails_its_bot(own_server: ServerProcess, receiver: Receiver):
    """Without a word from its session a bot fails, and is done without files."""
    bot_id = await own_server.create_bot(receiver.url, {"exit_code": 3})
    await receiver.wait_for(bot_id, "bot.done")
    assert receiver.events(bot_id) == ["bot.failed", "bot.done"]
    assert receiver.taken(bot_id)[0]["end_reason"] == "session_crashed"


async def test_a_late_bot_starts_when_the_server_is_back(own_server: ServerProcess, receiver: Receiver):
    """A bot whose time came while the server was down joins at once; an early one at its time."""
    script = {"lasts_s": 0.2, "end": "meeting_ended"}
    soon = datetime.now(UTC) + timedelta(seconds=7)
    later = datetime.now(UTC) + timedelta(hours=1)
    bot_id = await own_server.create_bot(receiver.url, script, join_at=soon.isoformat())
    other = await own_server.create_bot(receiver.url, script, join_at=later.isoformat())
    own_server.kill()
    await asyncio.sleep(max(0.0, (soon - datetime.now(UTC)).total_seconds()))
    own_server.start()
    await ending_of(receiver, bot_id)
    assert receiver.events(bot_id)[0] == "bot.scheduled"
    assert receiver.events(other) == ["bot.scheduled"]


@pytest.mark.parametrize("event", ["bot.stopped", "audio.processed", "video.processed"])
async def test_a_server_killed_while_it_finishes_finishes_later(
    own_server: ServerProcess, receiver: Receiver, event: str
):
    """Kill -9 between the end of a stay and bot.done: the rest is done after the next start, once."""
    deaths: list[str] = []

    def kill_at(body: dict[str, object]) -> int:
        if body["bot_event"] == event and not deaths:
            deaths.append(event)
            own_server.signal(signal.SIGKILL)
        return 200

    receiver.answer = kill_at
    bot_id = await own_server.create_bot(receiver.url, {"lasts_s": 0.2, "end": "meeting_ended"})
    await receiver.wait_for(bot_id, event)
    await asyncio.to_thread(own_server.wait)
    own_server.start()
    await receiver.wait_for(bot_id, "bot.done")
    # The receiver took the event and the server did not live to know: it comes again, with its own id.
    ids = [arrival.headers["webhook-id"] for arrival in receiver.arrivals]
    once = list(dict.fromkeys(ids))
    assert len(ids) - len(once) <= 1
    names = [
        next(a.body["bot_event"] for a in receiver.arrivals if a.headers["webhook-id"] == i) for i in once
    ]
    assert names[-4:] == ["bot.stopped", *AFTER_A_RECORDING]
    assert await video_s(own_server, bot_id) == pytest.approx(12, abs=0.2)
    assert not any((own_server.data_dir / "sessions").iterdir())
