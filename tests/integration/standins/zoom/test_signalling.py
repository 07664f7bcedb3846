"""What a client of the stand-in hears on its signalling socket, from the preview to the end."""

from __future__ import annotations

import pytest
from tests.standins.zoom.events import decoded
from websockets.exceptions import ConnectionClosed


async def test_an_open_meeting(zoom):
    """Connected in the preview; after asking: the join, the roster with oneself, chat, and who arrives."""
    chat = [{"at_s": 0.6, "from": "Ada Lovelace", "text": "héllo"}]
    people = [
        {"name": "Ada Lovelace", "host": True},
        {"name": "Alan Turing", "joins_s": 0.3, "leaves_s": 0.9},
    ]
    async with zoom(clock="bot_admitted", chat=chat, participants=people) as meeting:
        client = await meeting.client()
        connected = await client.until(4130)
        assert connected["conID"]
        assert "guest_knocked" not in meeting.happened
        await client.ask()
        joined = await client.until(4098)
        assert joined["res"] == 0
        assert joined["userID"] % 1024 == 0
        assert joined["userID"] > 16_000_000
        roster = await client.until(7937)
        assert [decoded(user["dn2"]) for user in roster["add"]] == ["Ada Lovelace", "Roomtone"]
        assert roster["add"][1]["id"] == joined["userID"]
        arrival = await client.until(7937)
        assert decoded(arrival["add"][0]["dn2"]) == "Alan Turing"
        said = await client.until(7944)
        assert (decoded(said["text"]), decoded(said["senderName"])) == ("héllo", "Ada Lovelace")
        assert (await client.until(7937))["remove"] == [{"id": arrival["add"][0]["id"]}]
        await client.send(4103)
        await client.socket.close()
        await meeting.until("guest_left")
        assert "guest_said_goodbye" in meeting.happened
        assert "guest_vanished" not in meeting.happened


async def test_a_client_that_vanishes_stays_as_a_ghost(zoom):
    """Without the goodbye it is still in the roster, and that is told."""
    async with zoom() as meeting:
        client = await meeting.client()
        await client.ask()
        await client.until(7937)
        await client.socket.close()
        await meeting.until("guest_vanished")
        other = await meeting.client()
        await other.ask("Somebody")
        roster = await other.until(7937)
        assert [decoded(user["dn2"]) for user in roster["add"]][2:] == ["Roomtone", "Somebody"]
        assert "guest_left" not in meeting.happened


async def test_the_lobby_lets_in_by_reconnecting(zoom):
    """Held, told to come again, asked again, and only then in the roster; on hold and back goes the same way."""
    events = [{"at_s": 0.2, "what": "bot_put_on_hold"}, {"at_s": 0.5, "what": "bot_let_in_again"}]
    lobby = {"mode": "lobby", "after_s": 0.2}
    async with zoom(clock="bot_admitted", admission=lobby, events=events) as meeting:
        client = await meeting.client()
        await client.ask()
        assert await client.until(7942) == {"bHold": True, "bInitial": True}
        for held in (False, True):
            if held:
                assert await client.until(7942) == {"bHold": True, "bInitial": False}
            assert await client.until(7939) == {"reason": 5, "subReason": 1}
            assert meeting.happened.count("guest_admitted") == int(held)
            await client.send(4370)
            await client.until(4098)
            await client.until(7937)
        assert [message["evt"] for message in client.seen].count(4098) == 3


async def test_a_host_who_comes_late(zoom):
    """Not started until a host is there, then the lobby's end."""
    people = [{"name": "Grace Hopper"}, {"name": "Ada Lovelace", "host": True, "joins_s": 0.5}]
    async with zoom(admission={"mode": "host"}, participants=people) as meeting:
        client = await meeting.client()
        await client.ask()
        assert (await client.until(7938))["confStatus"] == 3
        await client.until(7942)
        assert (await client.until(7938))["confStatus"] == 5
        assert (await client.until(7939))["reason"] == 5


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"ends": {"at_s": 0.3, "how": "ended"}}, 8),
        ({"ends": {"at_s": 0.3, "how": "ended", "code": 10}}, 10),
        ({"ends": {"at_s": 0.3, "how": "bot_removed"}}, 7),
        ({"ends": {"at_s": 0.3, "how": "connection_lost", "code": 3}}, 3),
        ({"events": [{"at_s": 0.3, "what": "bot_removed"}]}, 7),
        ({"admission": {"mode": "lobby", "after_s": 0.1, "outcome": "deny"}}, 7),
    ],
)
async def test_every_end_has_its_reason(zoom, fields, reason):
    """7939 with the reason, then the socket's end."""
    clock = "first_arrival" if "admission" in fields else "bot_admitted"
    async with zoom(clock=clock, **fields) as meeting:
        client = await meeting.client()
        await client.ask()
        assert (await client.until(7939))["reason"] == reason
        with pytest.raises(ConnectionClosed):
            await client.until(-1)


async def test_a_lost_connection_is_lost_without_a_word(zoom):
    """No 7939, and nobody is let in again."""
    async with zoom(clock="bot_admitted", ends={"at_s": 0.3, "how": "connection_lost"}) as meeting:
        client = await meeting.client()
        await client.ask()
        with pytest.raises(ConnectionClosed):
            await client.until(7939)
        status, _, _ = await meeting.get("/wc/ping/93817263540")
        assert status == 503


@pytest.mark.parametrize(("variant", "res"), [("locked", 12), ("full", 9), ("removed-before", 103039)])
async def test_the_gateway_refuses(zoom, variant, res):
    """4098 with another result than 0, and nobody has knocked."""
    async with zoom(variant=variant) as meeting:
        client = await meeting.client()
        await client.ask()
        assert (await client.until(4098))["res"] == res
        with pytest.raises(ConnectionClosed):
            await client.until(-1)
        assert "guest_knocked" not in meeting.happened
        assert "join_refused" in meeting.happened
