"""A bot's way through a running server."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from io import BytesIO
from typing import TYPE_CHECKING

import av
import httpx2
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.service.conftest import Receiver, ServerProcess

ORDER = [
    "bot.joining",
    "bot.inmeeting",
    "bot.recording",
    "bot.leaving",
    "bot.stopped",
    "audio.processed",
    "video.processed",
    "bot.done",
]


def duration_s(data: bytes) -> float:
    """Length of a media file."""
    with av.open(BytesIO(data), "r") as container:
        return float(container.duration or 0) / av.time_base


async def nothing_runs_any_more(server: ServerProcess) -> None:
    """Wait until no process of a session is left."""
    async with asyncio.timeout(60):
        while server.descendants():  # noqa: ASYNC110  other processes set no event
            await asyncio.sleep(0.05)


async def test_a_bot_is_recorded_and_its_files_are_served(server: ServerProcess, receiver: Receiver):
    """Every event arrives in order, signed, and the files are there after their event and not before."""
    early: list[int] = []
    bot_id = await server.create_bot(receiver.url, {"lasts_s": 1.0, "end": "meeting_ended"})
    await receiver.wait_for(bot_id, "bot.recording")
    early.append((await server.get(f"/api/v1/bots/{bot_id}/audio")).status_code)
    early.append((await server.get(f"/api/v1/bots/{bot_id}/video")).status_code)
    done = await receiver.wait_for(bot_id, "bot.done")
    assert early == [404, 404]
    assert receiver.events(bot_id) == ORDER
    assert done["bot_status"] == "Done"
    audio = await server.get(f"/api/v1/bots/{bot_id}/audio")
    video = await server.get(f"/api/v1/bots/{bot_id}/video")
    assert audio.headers["content-type"] == "audio/mpeg"
    assert duration_s(audio.content) == pytest.approx(12, abs=0.1)
    assert duration_s(video.content) == pytest.approx(12, abs=0.1)
    assert (await server.get(f"/api/v1/bots/{bot_id}/video", Range="bytes=0-99")).status_code == 206
    assert not list((server.data_dir / "sessions").glob(f"{bot_id}-*"))
    await nothing_runs_any_more(server)


async def test_an_audio_bot_has_no_video(server: ServerProcess, receiver: Receiver):
    """With video_required false there is neither a video event nor a video."""
    script = {"lasts_s": 0.5, "end": "meeting_ended"}
    bot_id = await server.create_bot(receiver.url, script, video_required=False)
    await receiver.wait_for(bot_id, "bot.done")
    assert "video.processed" not in receiver.events(bot_id)
    assert (await server.get(f"/api/v1/bots/{bot_id}/audio")).status_code == 200
    assert (await server.get(f"/api/v1/bots/{bot_id}/video")).status_code == 404


async def test_a_bot_that_is_removed_leaves(server: ServerProcess, receiver: Receiver):
    """remove_bot makes the session leave, and says so as the reason."""
    bot_id = await server.create_bot(receiver.url)
    await receiver.wait_for(bot_id, "bot.recording")
    assert (await server.get(f"/api/v1/bots/{bot_id}/remove_bot")).status_code == 200
    stopped = await receiver.wait_for(bot_id, "bot.stopped")
    assert stopped["end_reason"] == "remove_requested"
    await receiver.wait_for(bot_id, "bot.done")


async def test_a_bot_that_was_never_admitted_is_done_without_files(server: ServerProcess, receiver: Receiver):
    """The ending has its own name, nothing is processed, and the screenshot is kept."""
    script = {"admitted": False, "end": "waiting_room_timeout"}
    bot_id = await server.create_bot(receiver.url, script)
    await receiver.wait_for(bot_id, "bot.done")
    assert receiver.events(bot_id) == [
        "bot.joining",
        "bot.in_waiting_room",
        "bot.notallowed",
        "bot.done",
    ]
    kept = {path.name for path in (server.data_dir / "artifacts").rglob("*") if path.is_file()}
    assert {"refused.png", "session.log", "events.jsonl"} <= kept


async def test_two_bots_do_not_mix(server: ServerProcess, receiver: Receiver):
    """Bots at the same time have their own events and files."""
    first = await server.create_bot(receiver.url, {"lasts_s": 1.5, "end": "meeting_ended"})
    second = await server.create_bot(
        receiver.url, {"lasts_s": 1.0, "end": "everyone_left"}, video_required=False
    )
    for bot_id, reason in ((first, "meeting_ended"), (second, "everyone_left")):
        await receiver.wait_for(bot_id, "bot.done")
        assert next(b for b in receiver.taken(bot_id) if b["event"] == "bot.stopped")["end_reason"] == reason
    assert receiver.events(first) == ORDER
    assert receiver.events(second) == [event for event in ORDER if event != "video.processed"]


async def test_lines_that_are_no_events_do_no_harm(server: ServerProcess, receiver: Receiver):
    """Malformed and oversized lines of a session are skipped and logged."""
    script = {"lasts_s": 0.5, "end": "meeting_ended", "garbage": True}
    bot_id = await server.create_bot(receiver.url, script)
    await receiver.wait_for(bot_id, "bot.done")
    assert receiver.events(bot_id) == ORDER
    assert "session.line_malformed" in server.log
    assert "session.line_too_long" in server.log


async def test_what_was_said_to_the_journal_alone_is_heard_at_the_end(
    server: ServerProcess, receiver: Receiver
):
    """An event whose line was lost is recorded, in order, before the end of the stay."""
    script = {"lasts_s": 0.5, "end": "meeting_ended", "hush": ["recording_started", "leaving"]}
    bot_id = await server.create_bot(receiver.url, script)
    await receiver.wait_for(bot_id, "bot.done")
    assert receiver.events(bot_id) == ORDER


def test_nothing_is_served_twice(server: ServerProcess):
    """A second server on the same folder refuses, says why, and does not disturb the first."""
    command = [sys.executable, "-m", "roomtone", "serve", "--port", "0", "--data-dir", str(server.data_dir)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert second.returncode == 1
    assert str(server.pid) in second.stderr
    assert "another Roomtone server" in second.stderr
    assert httpx2.get(server.url + "/api/v1/bots").status_code == 401


def test_a_database_has_one_data_folder(server: ServerProcess, tmp_path: Path):
    """A server over another's database, with a folder of its own, says whose it is and what to do."""
    other = tmp_path / "other"
    environment = os.environ | {"ROOMTONE_DATABASE_URL": f"sqlite:///{server.data_dir / 'roomtone.db'}"}
    command = [sys.executable, "-m", "roomtone", "serve", "--port", "0", "--data-dir", str(other)]
    second = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert second.returncode == 1
    assert "Traceback" not in second.stderr
    assert str(server.data_dir) in second.stderr
    assert (server.data_dir / "node").read_text().strip() in second.stderr
    assert "ROOMTONE_DATABASE_URL" in second.stderr
    assert not (other / "artifacts").exists()
    assert httpx2.get(server.url + "/api/v1/bots").status_code == 401


def test_a_taken_port_is_said(server: ServerProcess, tmp_path: Path):
    """The message names the address and the settings."""
    port = server.url.rpartition(":")[2]
    command = [
        sys.executable,
        "-m",
        "roomtone",
        "serve",
        "--port",
        port,
        "--data-dir",
        str(tmp_path / "other"),
    ]
    second = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert second.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in second.stderr
    assert "ROOMTONE_PORT" in second.stderr
