"""``roomtone session`` in practice meetings: what it tells, and what it leaves in its directory."""

from __future__ import annotations

import asyncio
import fcntl
import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from tests.acceptance.session.conftest import CLIPS, meeting_script, timed
from tests.measuring.sound import find_clip, likeness, read_sound
from websockets.asyncio.server import serve

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.live_audio_frame import decode_frame
from roomtone.bot.session_protocol import Leave, Progress, to_line

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser

NOWHERE = "http://127.0.0.1:9/practice/nowhere"
STAY = ["joining", "in_meeting", "recording_started", "leaving", "ended"]


def duration_s(path: Path, kind: str) -> float:
    """Length of a stream by its decoded frames."""
    last_s = 0.0
    with av.open(str(path)) as container:
        if kind == "video":
            for picture in container.decode(container.streams.video[0]):
                last_s = max(last_s, (picture.time or 0.0) + 1 / 30)
        else:
            for sound in container.decode(container.streams.audio[0]):
                last_s = max(last_s, (sound.time or 0.0) + sound.samples / sound.sample_rate)
    return last_s


def stay_s(session) -> float:
    """From recording to leaving, by the events' own times."""
    at = {event.type: event.at for event in session.events}
    return float((at["leaving"] - at["recording_started"]).total_seconds())


class LiveReceiver:
    """Takes live audio, as a customer's server would."""

    def __init__(self) -> None:
        self.sound: dict[str, list[bytes]] = {}

    async def handle(self, connection) -> None:
        """Keep every frame by its speaker's name."""
        async for message in connection:
            if isinstance(message, bytes):
                frame = decode_frame(message)
                assert frame is not None
                self.sound.setdefault(frame.speaker_name, []).append(frame.pcm)

    def of(self, name: str):
        """A speaker's sound, as floats."""
        return np.frombuffer(b"".join(self.sound[name]), "<i2").astype(np.float32) / 32768


async def test_an_audio_only_stay(stage, start_session):
    """Sound alone: events in order, an MP3 as long as the stay, every voice live under its own name only; a greeting."""
    receiver = LiveReceiver()
    async with serve(receiver.handle, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        more = {
            "live_audio_required": {"websocket_url": f"ws://127.0.0.1:{port}/"},
            "bot_message": "Hello, this is recorded.",
        }
        session = await start_session(await stage(meeting_script()), more)
        ended = await session.end()
    assert session.kinds == session.journal == STAY
    assert ended.reason is EndReason.MEETING_ENDED
    assert not (session.directory / "recording.mp4").exists()
    length_s = duration_s(session.directory / "audio.mp3", "audio")
    assert abs(length_s - stay_s(session)) < 0.5
    assert abs(ended.recorded_s - stay_s(session)) < 0.1
    assert ended.statistics.late_samples_dropped == ended.statistics.live_frames_dropped == 0
    assert ended.statistics.audio_world == "webrtc"
    assert 5 < ended.statistics.audio_worlds.webrtc <= ended.recorded_s
    voices = {"Ada Lovelace": "austen-0880.flac", "Grace Hopper": "numbers.flac"}
    mixed = read_sound(session.directory / "audio.mp3")
    for name, file in voices.items():
        clip = read_sound(CLIPS / file)
        assert likeness(mixed, clip) > 0.9
        for heard in voices:
            if heard == name:
                assert likeness(receiver.of(heard), clip) > 0.9, name
            else:
                assert find_clip(receiver.of(heard), clip).correlation < 0.3, (name, heard)
    people = [
        json.loads(line) for line in (session.directory / "participants.jsonl").read_text().splitlines()
    ]
    assert {(p["name"], p["is_self"]) for p in people if p["what"] == "joined"} == {
        ("Ada Lovelace", False),
        ("Grace Hopper", False),
        ("Roomtone", True),
    }
    turns = [json.loads(line) for line in (session.directory / "timeline.jsonl").read_text().splitlines()]
    assert {turn["speaker_name"] for turn in turns} == set(voices)
    (message,) = map(json.loads, (session.directory / "chat.jsonl").read_text().splitlines())
    assert (message["name"], message["text"]) == ("Roomtone", "Hello, this is recorded.")
    moved = [event for event in session.events if event.type == "participant_moved"]
    assert [(one.action, one.recorded_s) for one in moved[:2]] == [("join", 0.0)] * 2
    assert {(one.action, one.name) for one in moved} == {
        (do, name) for do in ("join", "leave") for name in voices
    }
    progress = [event for event in session.events if isinstance(event, Progress)]
    assert {"Ada Lovelace", "Grace Hopper"} <= {name for p in progress for name in p.speakers}
    assert max(p.size_bytes for p in progress) > 10_000


async def test_a_stay_with_video_through_a_lobby(stage, start_session):
    """Waiting room, then a picture of whoever speaks with its sound, as long as the stay; nothing is left running."""
    script = meeting_script("pattern", admission={"mode": "lobby", "after_s": 1.5, "outcome": "admit"})
    session = await start_session(await stage(script), {"video_required": True})
    ended = await session.end()
    await session.all_gone(within_s=2)
    assert session.kinds == ["joining", "in_waiting_room", *STAY[1:]]
    assert next(event.picture for event in session.events if event.type == "recording_started") == "track"
    recording = session.directory / "recording.mp4"
    for kind in ("audio", "video"):
        assert abs(duration_s(recording, kind) - stay_s(session)) < 0.5
    sound = read_sound(recording)
    for file in ("austen-0880.flac", "numbers.flac"):
        assert likeness(sound, read_sound(CLIPS / file)) > 0.85
    with av.open(str(recording)) as container:
        frames = [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    assert frames[0][1].shape == (720, 1280, 3)
    assert len(frames) > 20 * stay_s(session)
    ada, grace = (
        next(picture for at_s, picture in frames if at_s >= moment).mean(axis=(0, 1)) for moment in (4.0, 9.0)
    )
    # Two people, two pictures: the colours of their patterns are far apart.
    assert np.abs(ada - grace).max() > 15
    way_in = ("01-join_form", "02-lobby", "03-call")
    assert ended.screenshots == tuple(f"screenshots/{name}.png" for name in (*way_in, "end"))
    assert (session.directory / "screenshots" / "end.png").read_bytes().startswith(b"\x89PNG")


async def test_a_client_that_paints_and_mixes_by_itself(stage, start_session):
    """Without a single track the sound comes from what the page plays and the picture from the display."""
    script = meeting_script("pattern", variant="painted", ends={"at_s": 10.0, "how": "ended"})
    asked = {"video_required": True, "recording_config": {"video_layout": "grid_view"}}
    session = await start_session(await stage(script), asked)
    ended = await session.end()
    assert ended.reason is EndReason.MEETING_ENDED
    assert next(event.picture for event in session.events if event.type == "recording_started") == "screen"
    recording = session.directory / "recording.mp4"
    for kind in ("audio", "video"):
        assert abs(duration_s(recording, kind) - stay_s(session)) < 0.5
    assert likeness(read_sound(recording), read_sound(CLIPS / "austen-0880.flac")) > 0.8
    await session.all_gone(within_s=2)


async def test_a_page_that_has_no_tracks_to_show(stage, start_session):
    """Where the picture was to come from tracks and there are none, the display is recorded instead."""
    script = meeting_script("pattern", variant="painted", ends={"at_s": 14.0, "how": "ended"})
    session = await start_session(await stage(script), {"video_required": True})
    ended = await session.end()
    assert ended.reason is EndReason.MEETING_ENDED
    assert [event.code for event in session.events if event.type == "warning"] == ["recorder_fallback"]
    recording = session.directory / "recording.mp4"
    for kind in ("audio", "video"):
        assert abs(duration_s(recording, kind) - stay_s(session)) < 0.5
    with av.open(str(recording)) as container:
        last = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)][-10]
    assert last.std() > 20, "the page is to be seen at the end"
    await session.all_gone(within_s=2)


async def test_a_page_that_loads_itself_again(stage, start_session):
    """The bot joins once more, through the lobby; one recording goes on from beginning to end."""
    script = meeting_script(
        "pattern",
        admission={"mode": "lobby", "after_s": 1.0, "outcome": "admit"},
        events=[{"at_s": 3.0, "what": "bot_page_reloaded"}],
        ends={"at_s": 16.0, "how": "ended"},
    )
    script["participants"][1]["says"] = [{"at_s": 9.0, "file": str(CLIPS / "numbers.flac")}]
    session = await start_session(await stage(script), {"video_required": True})
    ended = await session.end()
    assert ended.reason is EndReason.MEETING_ENDED
    warned = [event.code for event in session.events if event.type == "warning"]
    assert warned == ["returned_to_waiting_room", "admitted_again"]
    assert [kind for kind in session.kinds if kind != "warning"] == ["joining", "in_waiting_room", *STAY[1:]]
    recording = session.directory / "recording.mp4"
    for kind in ("audio", "video"):
        assert abs(duration_s(recording, kind) - stay_s(session)) < 0.5
    assert find_clip(read_sound(recording), read_sound(CLIPS / "numbers.flac")).correlation > 0.5
    people = [
        json.loads(line) for line in (session.directory / "participants.jsonl").read_text().splitlines()
    ]
    assert len([p for p in people if p["what"] == "joined" and p["is_self"]]) == 2
    await session.all_gone(within_s=2)


async def test_entry_denied(stage, start_session):
    """A refusal in the lobby is told as such, with a picture and the document, and without a recording."""
    script = meeting_script(
        admission={"mode": "lobby", "after_s": 1, "outcome": "deny"}, clock="first_arrival"
    )
    session = await start_session(await stage(script))
    ended = await session.end()
    assert session.kinds == ["joining", "in_waiting_room", "leaving", "ended"]
    assert ended.reason is EndReason.ENTRY_DENIED
    pictured = ("01-join_form", "02-lobby", "failure")
    assert ended.screenshots == tuple(f"screenshots/{name}.png" for name in pictured)
    assert "You were not let in" in (session.directory / "screenshots" / "failure.html").read_text()
    assert not (session.directory / "audio.mp3").exists()


async def test_a_leave_command_in_the_lobby(stage, start_session):
    """Asked to leave while waiting, the bot goes at once."""
    script = meeting_script(admission={"mode": "lobby", "after_s": 1, "outcome": "never"})
    session = await start_session(await stage(script))
    await session.until("in_waiting_room")
    session.leave()
    ended = await session.end(timeout_s=8)
    assert ended.reason is EndReason.REMOVE_REQUESTED
    assert "in_meeting" not in session.kinds


async def test_an_unknown_meeting(stage, start_session):
    """A link to a meeting that is not there ends as not found, at the first attempt."""
    link = await stage(meeting_script())
    session = await start_session(link.rsplit("/", 1)[0] + "/elsewhere")
    ended = await session.end()
    assert ended.reason is EndReason.MEETING_NOT_FOUND
    assert session.kinds == ["joining", "leaving", "ended"]


async def test_an_unreachable_meeting(start_session, unused_tcp_port):
    """A server that is not there is tried three times."""
    session = await start_session(f"http://127.0.0.1:{unused_tcp_port}/practice/nowhere")
    ended = await session.end()
    assert ended.reason is EndReason.MEETING_UNREACHABLE
    assert "ERR_CONNECTION_REFUSED" in ended.detail
    assert [event.attempt for event in session.events if event.type == "joining"] == [1, 2, 3]


async def test_a_page_that_never_answers(start_session):
    """A page whose script never yields ends the stay within a bound, and the browser is gone."""
    body = b"<form id=join-form></form><script>setTimeout(() => { for (;;); }, 50)</script>"

    async def answer(reader, writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        session = await start_session(f"http://127.0.0.1:{port}/practice/busy")
        await session.until("joining")
        ended, took_s = await timed(session.end())
    assert ended.reason is EndReason.PAGE_UNRESPONSIVE
    assert took_s < 30
    await session.all_gone(within_s=2)


async def test_removed_by_the_host(stage, start_session):
    """A bot that is removed says so, and keeps what it recorded."""
    session = await start_session(await stage(meeting_script(events=[{"at_s": 4, "what": "bot_removed"}])))
    ended = await session.end()
    assert ended.reason is EndReason.REMOVED_BY_HOST
    length_s = duration_s(session.directory / "audio.mp3", "audio")
    assert length_s > 3.5
    assert abs(length_s - stay_s(session)) < 0.5


async def test_a_connection_that_is_lost(stage, start_session):
    """A meeting that falls silent for good ends as a lost connection within half a minute."""
    session = await start_session(await stage(meeting_script(ends={"at_s": 4, "how": "connection_lost"})))
    ended = await session.end()
    assert ended.reason is EndReason.CONNECTION_LOST
    assert session.kinds == STAY


async def test_the_browser_is_killed(stage, start_session):
    """Without its browser the stay ends as a crash within a second or two, and its files are complete to that moment."""
    session = await start_session(await stage(meeting_script()), {"video_required": True})
    await session.recorded(4)
    session.browser().kill()
    ended, took_s = await timed(session.end(timeout_s=20))
    assert took_s < 5
    assert ended.reason is EndReason.BROWSER_CRASHED
    assert session.kinds == session.journal == STAY
    for name, kind in (("audio.mp3", "audio"), ("recording.mp4", "audio"), ("recording.mp4", "video")):
        assert abs(duration_s(session.directory / name, kind) - stay_s(session)) < 1.0
    await session.all_gone(within_s=2)


async def test_the_session_is_killed(stage, start_session):
    """Nothing a killed session started outlives it by more than two seconds, and its files play."""
    session = await start_session(await stage(meeting_script()), {"video_required": True})
    await session.recorded(5)
    started = {one.name() for one in session.processes()}
    assert any("chrom" in name for name in started)
    assert "Xvfb" in started
    session.process.kill()
    await session.process.wait()
    await session.all_gone(within_s=2)
    assert session.journal == STAY[:3]
    assert duration_s(session.directory / "audio.mp3", "audio") > 3
    assert duration_s(session.directory / "recording.mp4", "audio") > 3
    with (session.directory / "session.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize(
    ("stop", "reason"), [("eof", EndReason.SERVICE_CRASHED), ("sigterm", EndReason.SERVICE_STOPPED)]
)
async def test_the_service_stops_or_is_gone(stage, start_session, stop, reason):
    """SIGTERM and the end of standard input each make the bot leave politely, soon, with complete files."""
    session = await start_session(await stage(meeting_script()))
    await session.recorded(2)
    if stop == "eof":
        session.close_input()
    else:
        session.process.send_signal(signal.SIGTERM)
    ended, took_s = await timed(session.end(timeout_s=20))
    assert took_s < 10
    assert ended.reason is reason
    assert abs(duration_s(session.directory / "audio.mp3", "audio") - stay_s(session)) < 0.5
    await session.all_gone(within_s=2)


async def test_a_full_disk_is_noticed_before_and_told(start_session):
    """With less free than wanted nothing is begun, and the reason says what to do."""
    session = await start_session(NOWHERE, ROOMTONE_MIN_FREE_DISK_MB="1000000000")
    ended = await session.end()
    assert ended.reason is EndReason.DISK_FULL
    assert session.kinds == ["ended"]
    assert "ROOMTONE_MIN_FREE_DISK_MB" in ended.detail


async def test_a_browser_that_is_missing(start_session):
    """A browser that is not there is told with the way to get one."""
    session = await start_session(NOWHERE, ROOMTONE_CHROMIUM="/nowhere/chromium")
    ended = await session.end()
    assert ended.reason is EndReason.BROWSER_MISSING
    assert "apt-get install chromium" in ended.detail


async def test_a_browser_that_does_not_start(start_session):
    """A browser that is there and does not start is told apart from one that is missing."""
    session = await start_session(NOWHERE, ROOMTONE_CHROMIUM="/bin/false")
    ended = await session.end()
    assert ended.reason is EndReason.BROWSER_NOT_STARTED
    assert "/bin/false did not start" in ended.detail


async def test_a_directory_in_use(stage, start_session):
    """A second session in one directory is refused without touching anything."""
    script = meeting_script(admission={"mode": "lobby", "after_s": 1, "outcome": "never"})
    link = await stage(script)
    first = await start_session(link)
    await first.until("in_waiting_room")
    journal = (first.directory / "events.jsonl").read_bytes()
    second = await start_session(link)
    assert await second.process.wait() == 1
    assert "another session is using this directory" in second.log
    assert (first.directory / "events.jsonl").read_bytes() == journal
    first.leave()
    await first.end()


@pytest.mark.parametrize("line", ["", "nonsense\n", '{"type":"start"}\n', to_line(Leave())])
def test_a_first_line_that_is_no_start(line):
    """Anything but a start command is one line on standard error and exit code 1."""
    command = [sys.executable, "-m", "roomtone", "session"]
    said = subprocess.run(command, input=line, capture_output=True, text=True, check=False, timeout=30)
    assert said.returncode == 1
    assert said.stdout == ""
    assert said.stderr.startswith("roomtone: the first line on standard input must be a start command")
    assert len(said.stderr.splitlines()) == 1


@pytest.mark.slow
async def test_a_long_silence_is_told_and_its_end_too(stage, start_session):
    """Half a minute in which nobody is heard is a notice, for nobody was said to speak, and ends with the voice."""
    people = meeting_script()["participants"]
    people[1]["says"] = [{"at_s": 45.0, "file": str(CLIPS / "numbers.flac")}]
    script = meeting_script(participants=people, ends={"at_s": 52.0, "how": "ended"})
    session = await start_session(await stage(script))
    silent = await session.until("warning")
    back = await session.until("warning")
    ended = await session.end()
    assert (silent.code, silent.severity) == ("no_sound", "notice")
    assert "named nobody" in silent.message
    assert back.code == "sound_is_back"
    assert 35 < (back.at - session.events[0].at).total_seconds() < 60
    assert ended.reason is EndReason.MEETING_ENDED
