"""The live view over a recording that really grows: links, playlist, segments, and real players."""

from __future__ import annotations

import asyncio
import json
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright
from tests.growing_recording import GrowingRecording

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.session.browser.chromium import find_browser

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2
    from fastapi import FastAPI

    from roomtone.bot.request import BotRequest
    from roomtone.service.store.store import Store

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
async def bot_id(store: Store, workspace_id: str, request_body: BotRequest) -> str:
    """A bot that records."""
    bot = await store.bots.create_bot(request_body, workspace_id)
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot.id, Happening(step, NOW), epoch=None)
    return bot.id


@pytest.fixture
def folder(bot_id: str, tmp_path: Path) -> Path:
    """Its session's folder."""
    folder = tmp_path / "data" / "sessions" / f"{bot_id}-0"
    folder.mkdir(parents=True)
    return folder


async def path_of(client: httpx2.AsyncClient, bot_id: str) -> str:
    """Path and query of the bot's live link."""
    answer = await client.get(f"/api/v1/bots/{bot_id}/live_view")
    assert answer.status_code == 200, answer.text
    link = answer.json()["live_url"]
    assert link.startswith("http://roomtone/api/v1/bots/")
    return str(link).removeprefix("http://roomtone")


def names(playlist: str) -> list[str]:
    """The segments that a playlist names."""
    return [line for line in playlist.splitlines() if line and not line.startswith("#")]


async def test_watching_needs_a_link_and_no_key(client, bot_id, folder):
    """The link alone opens playlist and segments; every other signature, and none, opens nothing."""
    recording = GrowingRecording(folder)
    recording.grow(7.0)
    path = await path_of(client, bot_id)
    del client.headers["Authorization"]
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    first = f"/api/v1/bots/{bot_id}/{names(answer.text)[0]}"
    assert (await client.get(first)).headers["Content-Type"] == "video/mp4"
    for broken in (path.partition("?")[0], path[:-4] + "AAAA", path.replace("expires=1", "expires=2")):
        assert (await client.get(broken)).status_code == 403
        assert (await client.get(first.partition("?")[0] + "?" + broken.partition("?")[2])).status_code == 403
    assert (await client.get(f"/api/v1/bots/{bot_id}/live_view")).status_code == 401
    recording.finish()


async def test_playlist_grows_and_ends_with_the_recording(client, bot_id, folder, store):
    """Segments appear as they are whole; what they and init join to is the recording; then ENDLIST."""
    recording = GrowingRecording(folder)
    recording.grow(5.0)
    assert (await client.get(f"/api/v1/bots/{bot_id}/live_view")).status_code == 202
    recording.grow(2.0)
    path = await path_of(client, bot_id)
    assert len(names((await client.get(path)).text)) == 3
    recording.grow(2.0)
    assert len(names((await client.get(path)).text)) == 4
    recording.finish()
    ended = (await client.get(path)).text
    assert ended.endswith("#EXT-X-ENDLIST\n")
    (init,) = [line.split('"')[1] for line in ended.splitlines() if "MAP" in line]
    files = [await client.get(f"/api/v1/bots/{bot_id}/{name}") for name in [init, *names(ended)]]
    whole = folder / "joined.mp4"
    whole.write_bytes(b"".join(file.content for file in files))
    assert pictures(whole) == pictures(recording.path) == 225
    await store.events.record(bot_id, Happening(Step.STOPPED, NOW, EndReason.SILENCE), epoch=None)
    over = await client.get(f"/api/v1/bots/{bot_id}/live_view")
    assert (over.status_code, over.json()["message"]) == (
        404,
        "The meeting is over; its recording is at get_video.",
    )
    recording.path.unlink()
    assert (await client.get(path)).status_code == 200  # who watches now sees it to its end


def pictures(path: Path) -> int:
    """How many pictures ffprobe decodes."""
    command = "ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of json"
    done = subprocess.run([*command.split(), str(path)], check=True, capture_output=True, timeout=30)
    return int(json.loads(done.stdout)["streams"][0]["nb_read_frames"])


async def test_killed_session_ends_the_view_too(client, bot_id, folder, store):
    """The file is never completed; the bot's end is the playlist's."""
    recording = GrowingRecording(folder)
    recording.grow(7.0)
    path = await path_of(client, bot_id)
    before = names((await client.get(path)).text)
    await store.events.record(bot_id, Happening(Step.STOPPED, NOW, EndReason.INTERNAL_ERROR), epoch=None)
    text = (await client.get(path)).text
    assert text.endswith("#EXT-X-ENDLIST\n")
    assert names(text)[: len(before)] == before
    assert len(names(text)) == len(before) + 1
    recording.finish()


async def test_segment_is_given_in_parts_too(client, bot_id, folder):
    """One range; outside it is 416; what is named wrongly is 404."""
    recording = GrowingRecording(folder)
    recording.grow(7.0)
    path = await path_of(client, bot_id)
    segment = f"/api/v1/bots/{bot_id}/{names((await client.get(path)).text)[0]}"
    whole = (await client.get(segment)).content
    part = await client.get(segment, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert (await client.get(segment, headers={"Range": f"bytes={len(whole)}-"})).status_code == 416
    head = await client.head(segment)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(whole)))
    for name in ("99.m4s", "9" * 5000 + ".m4s", "-1.m4s", "0.mp4", "..%2fevents.jsonl", "0"):
        answer = await client.get(f"/api/v1/bots/{bot_id}/live/{name}?{path.partition('?')[2]}")
        assert answer.status_code == 404, name
    recording.finish()


async def test_there_is_nothing_to_see_of_a_bot_without_video(client, store, workspace_id, request_body):
    """It says why."""
    bot = await store.bots.create_bot(request_body.model_copy(update={"video_required": False}), workspace_id)
    answer = await client.get(f"/api/v1/bots/{bot.id}/live_view")
    assert (answer.status_code, answer.json()["message"]) == (
        404,
        "There is no live view: the bot was created with video_required false.",
    )


async def test_link_of_a_session_without_a_folder_leads_nowhere(client, bot_id, folder):
    """A link in the place of a recording is not followed, and a folder elsewhere is not guessed."""
    (folder / "recording.mp4").symlink_to("/etc/passwd")
    assert (await client.get(f"/api/v1/bots/{bot_id}/live_view")).status_code == 202


async def test_real_player_follows_it_while_it_grows(app: FastAPI, client, bot_id, folder, serving, tmp_path):
    """Ffmpeg reads the playlist again and again until its end, and gets every picture from its beginning."""
    recording = GrowingRecording(folder)
    recording.grow(7.0)
    path = await path_of(client, bot_id)
    played = tmp_path / "played.mp4"
    async with serving(app) as port:
        url = f"http://127.0.0.1:{port}{path}&whole=true"
        arguments = ["-v", "error", "-live_start_index", "0", "-i", url, "-c", "copy", "-y", str(played)]
        process = await asyncio.create_subprocess_exec("ffmpeg", *arguments, stderr=asyncio.subprocess.PIPE)
        await asyncio.sleep(0.5)
        recording.grow(4.0)
        recording.finish()
        async with asyncio.timeout(60):
            _, said = await process.communicate()
    assert process.returncode == 0, said
    assert pictures(played) == pictures(recording.path) == 275


PLAYER = """
async (url) => {
  const video = document.querySelector("video");
  const source = new MediaSource();
  video.src = URL.createObjectURL(source);
  await new Promise((opened) => { source.onsourceopen = opened; });
  const lines = (await (await fetch(url)).text()).split("\\n");
  const map = lines.find((line) => line.startsWith("#EXT-X-MAP")).split('"')[1];
  const names = lines.filter((line) => line && !line.startsWith("#"));
  const buffer = source.addSourceBuffer('video/mp4; codecs="avc1.42c00d, mp4a.40.2"');
  for (const name of [map, ...names]) {
    const data = await (await fetch(new URL(name, url))).arrayBuffer();
    await new Promise((done, failed) => {
      buffer.onupdateend = done;
      buffer.onerror = () => failed(new Error(name));
      buffer.appendBuffer(data);
    });
  }
  const start = video.buffered.start(0), end = video.buffered.end(0);
  await video.play();
  while (video.currentTime < 1) await new Promise((later) => { setTimeout(later, 50); });
  return [video.buffered.length, start, end, video.getVideoPlaybackQuality().totalVideoFrames];
}
"""
"""What hls.js does, in short: fetch what the playlist names, and append it to a media source."""


@pytest.mark.browser
async def test_browser_plays_it_from_a_page_of_another_origin(app, client, bot_id, folder, serving):
    """Chromium takes header and segments as one stretch without a gap, and shows pictures."""
    recording = GrowingRecording(folder)
    recording.grow(7.0)
    path = await path_of(client, bot_id)
    async with serving(app) as port, serving(app) as other, async_playwright() as playwright:
        chromium = find_browser(None, playwright.chromium.executable_path)
        flags = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = await playwright.chromium.launch(executable_path=chromium, args=flags)
        page = await browser.new_page()
        await page.goto(f"http://127.0.0.1:{other}/healthz")
        await page.set_content("<video muted></video>")
        n_stretches, start, end, n_pictures = await page.evaluate(PLAYER, f"http://127.0.0.1:{port}{path}")
        await browser.close()
    recording.finish()
    assert n_stretches == 1
    assert (start, end) == (0, pytest.approx(6.0, abs=0.1))
    assert n_pictures > 10
