"""How long a long recording takes from its end to its last event."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.request import BotRequest
from roomtone.service.recordings.finisher import Finisher
from roomtone.service.storage.folder import FolderStorage

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.store.store import Store

HOUR_S = 3600
LIMIT_S = 3.0


def make_hour(folder: Path) -> None:
    """An hour of 1280x720 at 30 fps, 1 Mbit/s, in fragments of a second, and its MP3; about 500 MB and 30 MB."""
    quiet = "ffmpeg -v error -nostdin -y"
    encode = "-c:v libx264 -preset ultrafast -b:v 1000k -maxrate 1000k -bufsize 500k -g 60 -pix_fmt yuv420p"
    fragments = "-movflags frag_keyframe+empty_moov+default_base_moof -frag_duration 1000000"
    sources = "-f lavfi -i testsrc2=s=1280x720:r=30:d=30 -f lavfi -i sine=f=440:r=48000:d=30"
    for command in (
        f"{quiet} {sources} {encode} -c:a aac -b:a 96k {fragments} half.mp4",
        f"{quiet} -f lavfi -i sine=f=440:r=48000:d=30 -ac 1 -b:a 64k half.mp3",
        f"{quiet} -stream_loop {HOUR_S // 30 - 1} -i half.mp4 -c copy {fragments} recording.mp4",
        f"{quiet} -stream_loop {HOUR_S // 30 - 1} -i half.mp3 -c copy audio.mp3",
    ):
        subprocess.run(command.split(), cwd=folder, check=True, timeout=300)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_an_hour_is_ready_within_seconds(
    store: Store, jobs: EmbeddedJobs, workspace_id: str, tmp_path: Path
):
    """From bot.stopped of an hour's recording to video.processed: under 3 s, storing and checking included."""
    sessions = tmp_path / "sessions"
    request = BotRequest(meeting_link="http://127.0.0.1:9/practice/room")
    bot = await store.bots.create_bot(request, workspace_id)
    assert await store.leases.claim_bot(bot.id, "node", 60) == 1
    folder = sessions / f"{bot.id}-1"
    folder.mkdir(parents=True)
    make_hour(folder)
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot.id, Happening(step, bot.created_at), epoch=1)
    stop = Happening(Step.STOPPED, bot.created_at, EndReason.MEETING_ENDED)
    await store.events.record(bot.id, stop, epoch=1)
    # A recorder writes for an hour: all but the last seconds of it has long been on the disk.
    os.sync()
    began_at = datetime.now(UTC)
    await Finisher(store, jobs, FolderStorage(tmp_path / "artifacts"), sessions).finish(bot.id)
    told = {event.step: event.created_at for event in await store.events.of_bot(bot.id)}
    took_s = (told[Step.VIDEO_PROCESSED] - began_at).total_seconds()
    audio = await store.artifacts.find(bot.id, "audio")
    video = await store.artifacts.find(bot.id, "video")
    assert audio is not None
    assert video is not None
    print(f"{video.size_bytes / 1e6:.0f} MB and {audio.size_bytes / 1e6:.0f} MB finished in {took_s:.2f} s")
    assert audio.duration_s == pytest.approx(HOUR_S, abs=5)
    assert video.duration_s == pytest.approx(HOUR_S, abs=5)
    assert took_s < LIMIT_S
