"""The socket of a practice meeting, with real sockets and no browser."""

# ruff: noqa: SIM117 - the meeting and its guests read better one inside the other

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.quiet_machine import in_time
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from roomtone.practice.errors import PracticeError
from roomtone.practice.server import PracticeServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.practice.script import Script

    from .conftest import SocketGuest

    MakeScript = Callable[..., Script]

LATE_S = 60.0


def named(server: PracticeServer, what: str) -> list[dict[str, Any]]:
    """The happenings of a name, as JSON."""
    return [happening.as_json() for happening in server.happenings if happening.what == what]


async def test_a_guest_hears_who_is_there(script: MakeScript, guest: type[SocketGuest]) -> None:
    """Admission tells the title and the others; the others hear of the guest."""
    async with PracticeServer(script(title="Weekly <review>")) as server:
        async with await guest.join(server.url, "Max") as first:
            admitted = await first.hear("admitted")
            assert admitted["title"] == "Weekly <review>"
            (ada,) = admitted["participants"]
            assert (ada["name"], ada["host"], ada["microphone"], ada["camera"]) == (
                "Ada Lovelace",
                True,
                True,
                False,
            )
            assert ada["streams"]["main"] != ada["streams"]["share"]
            async with await guest.join(server.url, "Eva 🦊") as second:
                joined = await first.hear("participant_joined")
                assert joined["participant"]["name"] == "Eva 🦊"
                assert [each["name"] for each in (await second.hear("admitted"))["participants"]] == [
                    "Ada Lovelace",
                    "Max",
                ]
            assert (await first.hear("participant_left"))["id"] == joined["participant"]["id"]


async def test_the_scripted_offer_three_lines(script: MakeScript, guest: type[SocketGuest]) -> None:
    """Who was there first offers: voice, camera, share, in the streams that were announced, on loopback too."""
    async with PracticeServer(script()) as server, await guest.join(server.url) as someone:
        (ada,) = (await someone.hear("admitted"))["participants"]
        signal = await someone.hear("signal")
        sdp = signal["description"]["sdp"]
        assert signal["from"] == ada["id"]
        assert signal["description"]["type"] == "offer"
        lines = [line.split()[0] for line in sdp.splitlines() if line.startswith("m=")]
        streams = [line.split(":")[1].split()[0] for line in sdp.splitlines() if line.startswith("a=msid:")]
        assert lines == ["m=audio", "m=video", "m=video"]
        assert streams == [ada["streams"]["main"], ada["streams"]["main"], ada["streams"]["share"]]
        assert " 127.0.0.1 " in sdp


async def test_the_lobby_admits(script: MakeScript, guest: type[SocketGuest]) -> None:
    """A guest waits, and comes in after the time the script says."""
    admission = {"mode": "lobby", "after_s": 0.4, "outcome": "admit"}
    async with PracticeServer(script(admission=admission, clock="bot_admitted")) as server:
        async with await guest.join(server.url) as someone:
            await someone.hear("waiting")
            await someone.hear("admitted")
    knocked, admitted = named(server, "guest_knocked")[0], named(server, "guest_admitted")[0]
    assert admitted["monotonic_s"] - knocked["monotonic_s"] >= 0.39
    assert in_time(admitted["monotonic_s"] - knocked["monotonic_s"], 0.7)
    assert named(server, "clock_started")[0]["monotonic_s"] >= admitted["monotonic_s"]


async def test_the_lobby_denies(script: MakeScript, guest: type[SocketGuest]) -> None:
    """A guest who is not let in hears so, and the socket is closed."""
    admission = {"mode": "lobby", "after_s": 0.1, "outcome": "deny"}
    async with PracticeServer(script(admission=admission)) as server, await guest.join(server.url) as someone:
        await someone.hear("denied")
        assert await someone.closed() == 1000


async def test_the_lobby_never_answers(script: MakeScript, guest: type[SocketGuest]) -> None:
    """A guest can wait for ever, and leave."""
    async with PracticeServer(script(admission={"mode": "lobby", "outcome": "never"})) as server:
        async with await guest.join(server.url) as someone:
            await someone.hear("waiting")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await someone.hear("admitted")
            await someone.say(type="leave")
            assert await someone.closed() == 1000


async def test_chat_reaches_everybody(script: MakeScript, guest: type[SocketGuest]) -> None:
    """Script's lines and guests' lines come to all, the author included, each with an id of its own."""
    chat = [{"at_s": 0.3, "from": "Ada Lovelace", "text": "<b>hello</b>"}]
    async with PracticeServer(script(clock="bot_admitted", chat=chat)) as server:
        async with await guest.join(server.url, "Max") as someone:
            scripted = await someone.hear("chat")
            await someone.say(type="chat", text="hi")
            own = await someone.hear("chat")
    assert (scripted["name"], scripted["text"]) == ("Ada Lovelace", "<b>hello</b>")
    assert (own["name"], own["text"]) == ("Max", "hi")
    assert own["message_id"] != scripted["message_id"]


async def test_signals_between_guests_are_passed_on(script: MakeScript, guest: type[SocketGuest]) -> None:
    """Guests call each other; the server only carries their words, and says who they are from."""
    async with PracticeServer(script()) as server:
        async with (
            await guest.join(server.url, "Max") as first,
            await guest.join(server.url, "Eva") as second,
        ):
            admitted = await first.hear("admitted")
            joined = await first.hear("participant_joined")
            await first.say(
                type="signal",
                to=joined["participant"]["id"],
                description={"sdp": "x"},
                **{"from": "somebody else"},
            )
            while True:
                passed = await second.hear("signal")
                if not passed["from"].startswith("scripted"):
                    break
    assert passed == {"type": "signal", "from": admitted["id"], "description": {"sdp": "x"}}


async def test_state_and_level_of_a_guest_are_told(script: MakeScript, guest: type[SocketGuest]) -> None:
    """A microphone that is switched on and loud makes its owner the active speaker."""
    async with PracticeServer(script()) as server:
        async with (
            await guest.join(server.url, "Max") as first,
            await guest.join(server.url, "Eva") as second,
        ):
            max_id = (await first.hear("admitted"))["id"]
            await second.hear("admitted")
            await first.say(
                type="state",
                microphone=True,
                camera=False,
                sharing=False,
                streams={"main": "m", "share": "s"},
            )
            changed = (await second.hear("participant_changed"))["participant"]
            assert (changed["microphone"], changed["streams"]) == (True, {"main": "m", "share": "s"})
            await first.say(type="level", level=0.2)
            assert (await second.hear("active_speakers"))["ids"] == [max_id]
            await first.say(type="level", level=0)
            assert (await second.hear("active_speakers"))["ids"] == []


async def test_people_come_speak_share_change_and_go(script: MakeScript, guest: type[SocketGuest]) -> None:
    """The agenda reaches the guests, each kind of it in its order and nothing before its time."""
    people = [
        {"name": "Ada", "shares": [{"from_s": 0.4, "to_s": 0.7, "file": "slide.png"}]},
        {
            "name": "Grace",
            "joins_s": 0.2,
            "leaves_s": 4.5,
            "says": [{"at_s": 1.0, "file": "austen-0870.flac"}],
        },
    ]
    events = [{"at_s": 0.9, "what": "participant_renamed", "participant": "Ada", "name": "Countess"}]
    heard: list[dict[str, Any]] = []

    def of(kind: str) -> list[dict[str, Any]]:
        return [message for message in heard if message["type"] == kind]

    async with PracticeServer(script(participants=people, events=events, clock="bot_admitted")) as server:
        async with await guest.join(server.url) as someone, asyncio.timeout(LATE_S):
            while not of("participant_left") or of("active_speakers")[-1]["ids"]:
                heard.append(json.loads(await someone.connection.recv()))
    (grace,) = [message["participant"] for message in of("participant_joined")]
    changes = [message["participant"] for message in of("participant_changed")]
    assert [one["sharing"] for one in changes] == [True, False, False]
    assert [one["name"] for one in changes] == ["Ada", "Ada", "Countess"]
    assert [grace["id"]] in [message["ids"] for message in of("active_speakers")]
    assert [message["id"] for message in of("participant_left")] == [grace["id"]]
    for what, at_s in (("share_started", 0.4), ("share_stopped", 0.7), ("participant_left", 4.5)):
        assert [happening["at_s"] >= at_s - 0.01 for happening in named(server, what)] == [True]
        assert in_time(named(server, what)[0]["at_s"], at_s + 0.2)


async def test_the_host_mutes_and_removes_only_the_bot(script: MakeScript, guest: type[SocketGuest]) -> None:
    """With a bot's name in the script, other guests are left alone and the meeting goes on."""
    events = [{"at_s": 0.3, "what": "bot_muted_by_host"}, {"at_s": 0.5, "what": "bot_removed"}]
    async with PracticeServer(script(bot="Bot", events=events, clock="bot_admitted")) as server:
        async with (
            await guest.join(server.url, "Person") as person,
            await guest.join(server.url, "Bot") as bot,
        ):
            await bot.hear("bot_muted_by_host")
            assert (await bot.hear("ended"))["how"] == "removed"
            assert await bot.closed() == 1000
            assert await person.hear("participant_left")
            await person.say(type="chat", text="still here")
            assert (await person.hear("chat"))["text"] == "still here"
    assert [each["name"] for each in named(server, "guest_admitted") if each["bot"]] == ["Bot"]


async def test_the_meeting_ends_for_everybody(script: MakeScript, guest: type[SocketGuest]) -> None:
    """`ended` closes every socket, is over at once, and whoever comes later hears it too."""
    async with PracticeServer(script(ends={"at_s": 0.5, "how": "ended"})) as server:
        async with await guest.join(server.url) as someone:
            assert (await someone.hear("ended"))["how"] == "ended"
            assert await someone.closed() == 1000
        async with asyncio.timeout(LATE_S):
            await server.wait_over()
        async with await guest.join(server.url) as late:
            assert (await late.hear("ended"))["how"] == "ended"
            assert await late.closed() == 1000
    assert named(server, "meeting_ended")[0]["how"] == "ended"


async def test_everyone_leaves_and_the_guest_is_alone(script: MakeScript, guest: type[SocketGuest]) -> None:
    """`everyone_left` leaves the guest in the meeting, which is over when the guest has gone too."""
    async with PracticeServer(script(ends={"at_s": 0.5, "how": "everyone_left"})) as server:
        async with await guest.join(server.url) as someone:
            await someone.hear("participant_left")
            assert not server.meeting.over.is_set()
            await someone.say(type="leave")
            assert await someone.closed() == 1000
        async with asyncio.timeout(LATE_S):
            await server.wait_over()


async def test_the_bot_is_removed_at_the_end(script: MakeScript, guest: type[SocketGuest]) -> None:
    """`bot_removed` as an end tells the bot so."""
    async with PracticeServer(script(ends={"at_s": 0.4, "how": "bot_removed"})) as server:
        async with await guest.join(server.url) as someone:
            assert (await someone.hear("ended"))["how"] == "removed"
        async with asyncio.timeout(LATE_S):
            await server.wait_over()


async def test_a_lost_connection_says_nothing(script: MakeScript, guest: type[SocketGuest]) -> None:
    """`connection_lost` cuts the socket without a closing word, and answers nobody afterwards."""
    async with PracticeServer(script(ends={"at_s": 0.5, "how": "connection_lost"})) as server:
        async with await guest.join(server.url) as someone:
            await someone.hear("admitted")
            assert await someone.closed() == 1006
        with pytest.raises(InvalidStatus):
            await connect(server.url.replace("http", "ws") + "/socket")


async def test_without_an_end_it_is_over_when_all_have_gone(
    script: MakeScript, guest: type[SocketGuest]
) -> None:
    """Scripted people who leave, and then the last guest, end a meeting whose script names no end."""
    people = [{"name": "Ada", "leaves_s": 0.4}]
    async with PracticeServer(script(participants=people, clock="bot_admitted")) as server:
        async with await guest.join(server.url) as someone:
            await someone.hear("participant_left")
            assert not server.meeting.over.is_set()
        async with asyncio.timeout(LATE_S):
            await server.wait_over()
    assert named(server, "meeting_ended")[0]["how"] == "everyone_left"


@pytest.mark.parametrize(
    "nonsense",
    [
        "not json",
        "[" * 5000,
        "[1]",
        json.dumps(
            {"type": "signal", "to": "scripted-1", "description": {"type": "offer", "sdp": "rubbish"}}
        ),
        json.dumps(
            {"type": "signal", "to": "scripted-1", "description": {"type": "answer", "sdp": "v=0\r\n"}}
        ),
        json.dumps({"type": "signal", "to": "scripted-1", "candidate": {"candidate": "candidate:x"}}),
        json.dumps({"type": "signal", "to": "nobody", "candidate": 5}),
        json.dumps({"type": "level", "level": "loud"}),
        json.dumps({"type": "level", "level": float("nan")}),
        json.dumps({"type": "state", "streams": "?"}),
        json.dumps({"type": "chat", "text": 7}),
    ],
)
async def test_nonsense_does_not_disturb_the_meeting(
    script: MakeScript, guest: type[SocketGuest], nonsense: str
) -> None:
    """Whatever a guest sends, they and the others stay in the meeting."""
    async with PracticeServer(script()) as server, await guest.join(server.url) as someone:
        await someone.hear("signal")
        await someone.connection.send(nonsense)
        await someone.connection.send(b"\x00\xff")
        await someone.say(type="chat", text="still here")
        assert (await someone.hear("chat"))["text"] == "still here"


async def test_strangers_are_kept_out(script: MakeScript, guest: type[SocketGuest]) -> None:
    """Another site's page, an unknown meeting and a guest without a name get no socket."""
    async with PracticeServer(script()) as server:
        address = server.url.replace("http", "ws") + "/socket"
        with pytest.raises(InvalidStatus):
            await connect(address, origin="https://elsewhere.example")  # type: ignore[arg-type]
        with pytest.raises(InvalidStatus):
            await connect(address.replace("/meeting/", "/other/"))
        async with await guest.join(server.url, "  ") as nobody:
            assert await nobody.closed() == 1008


async def test_a_guest_who_does_not_read_is_let_go(script: MakeScript, guest: type[SocketGuest]) -> None:
    """A socket whose messages pile up is dropped, and the others go on."""
    async with PracticeServer(script()) as server:
        async with (
            await guest.join(server.url, "Sleepy") as sleepy,
            await guest.join(server.url, "Awake") as awake,
        ):
            await sleepy.hear("admitted")
            await awake.hear("admitted")
            sleepy.connection.transport.pause_reading()
            text = "x" * 5000
            async with asyncio.timeout(60):
                while not named(server, "guest_left"):
                    await awake.say(type="chat", text=text)
                    await awake.hear("chat")
            assert named(server, "guest_left")[0]["name"] == "Sleepy"
            sleepy.connection.transport.abort()


async def test_a_port_that_is_none_is_said_plainly(script: MakeScript) -> None:
    """A number that no port can have ends with an error for people."""
    with pytest.raises(PracticeError, match="0 to 65535"):
        async with PracticeServer(script(), port=99_999):
            pass
