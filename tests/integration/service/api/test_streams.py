"""The routes of participants' own files, over a real database and folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from tests.integration.service.api.conftest import NOW

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.service.store.artifacts import NewArtifact

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2

    from roomtone.bot.request import BotRequest
    from roomtone.service.storage.folder import FolderStorage
    from roomtone.service.store.store import Store

SOUND = b"opus" * 500


@pytest.fixture
async def bot_id(store: Store, workspace_id: str, request_body: BotRequest) -> str:
    """A bot that was asked for both kinds of streams and has left."""
    both = request_body.model_copy(
        update={"audio_separate_streams": True, "video_separate_streams": True, "video_required": False}
    )
    bot = await store.bots.create_bot(both, workspace_id)
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot.id, Happening(step, NOW), epoch=None)
    await store.events.record(bot.id, Happening(Step.STOPPED, NOW, EndReason.SILENCE), epoch=None)
    return bot.id


async def finish(store: Store, bot_id: str) -> None:
    """The bot is done."""
    for step in (Step.AUDIO_PROCESSED, Step.DONE):
        await store.events.record(bot_id, Happening(step, NOW), epoch=None)


def segment(bot_id: str, name: str, kind: str, participant: str, start_sample: int) -> NewArtifact:
    """A stored segment, as finishing makes it."""
    facts: dict[str, Any] = {
        "stream_kind": kind,
        "participant_id": participant,
        "participant_name": participant.title(),
        "start_sample": start_sample,
    }
    facts |= (
        {"sample_rate": 48000, "channels": 1}
        if kind == "audio"
        else {"width": 640, "height": 360, "fps": 14.9}
    )
    family = "audio_stream" if kind == "audio" else "video_stream"
    content_type = "audio/webm" if kind == "audio" else "video/webm"
    key = f"bots/{bot_id}/{family}s/{name}"
    return NewArtifact(family, key, content_type, len(SOUND), 2.5, name=name, facts=facts)


async def keep(store: Store, storage: FolderStorage, tmp_path: Path, bot_id: str, *new: NewArtifact) -> None:
    """Store segments."""
    for one in new:
        (tmp_path / "piece").write_bytes(SOUND)
        await storage.put_file(one.storage_key, tmp_path / "piece")
    await store.artifacts.add(bot_id, new)


async def test_voices_are_grouped_by_participant_in_time(
    client: httpx2.AsyncClient, store: Store, storage: FolderStorage, tmp_path: Path, bot_id: str
):
    """Each participant's segments stand in order, with links that give the bytes without a key."""
    await keep(
        store,
        storage,
        tmp_path,
        bot_id,
        segment(bot_id, "audio-0003.webm", "audio", "ada", 4_800_000),
        segment(bot_id, "audio-0002.webm", "audio", "grace", 96_000),
        segment(bot_id, "audio-0001.webm", "audio", "ada", 960),
        segment(bot_id, "video-0001.webm", "camera", "ada", 0),
    )
    await finish(store, bot_id)
    answer = await client.get(f"/api/v1/bots/{bot_id}/get_audio_streams")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["audio_status"], body["audio_streams_available"]) == ("completed", True)
    assert body["summary"] == {"total_participants": 2, "total_segments": 3}
    assert [one["participant_name"] for one in body["participants"]] == ["Ada", "Grace"]
    segments = body["participants"][0]["streams"][0]["segments"]
    assert [(one["segment_index"], one["filename"], one["start_seconds"]) for one in segments] == [
        (0, "audio-0001.webm", 0.02),
        (1, "audio-0003.webm", 100.0),
    ]
    assert segments[0]["duration_seconds"] == 2.5
    assert (segments[0]["sample_rate"], segments[0]["channels"], segments[0]["codec"]) == (48000, 1, "opus")
    link = urlsplit(segments[0]["url"])
    given = await client.get(f"{link.path}?{link.query}", headers={"Authorization": ""})
    assert given.status_code == 200
    assert given.content == SOUND
    assert given.headers["Content-Type"] == "audio/webm"


async def test_cameras_and_shared_screens_stand_apart(
    client: httpx2.AsyncClient, store: Store, storage: FolderStorage, tmp_path: Path, bot_id: str
):
    """A shared screen is no participant's camera."""
    await keep(
        store,
        storage,
        tmp_path,
        bot_id,
        segment(bot_id, "video-0001.webm", "camera", "ada", 960),
        segment(bot_id, "video-0002.webm", "share", "ada", 96_000),
    )
    await finish(store, bot_id)
    body = (await client.get(f"/api/v1/bots/{bot_id}/get_recording_streams")).json()
    assert (body["video_status"], body["stage"], body["recording_streams_available"]) == (
        "completed",
        "completed",
        True,
    )
    assert body["summary"] == {"total_participants": 1, "total_screenshares": 1, "total_segments": 2}
    (camera,) = body["participants"][0]["streams"][0]["segments"]
    (screen,) = body["screenshares"][0]["streams"][0]["segments"]
    assert (camera["width"], camera["height"], camera["fps"], camera["codec"]) == (640, 360, 14.9, "vp8")
    assert (camera["filename"], screen["filename"]) == ("video-0001.webm", "video-0002.webm")


@pytest.mark.parametrize(
    ("route", "state"), [("get_audio_streams", "audio_status"), ("get_recording_streams", "video_status")]
)
async def test_they_are_in_progress_until_the_bot_is_done(
    client: httpx2.AsyncClient, store: Store, bot_id: str, route: str, state: str
):
    """202 with the state, then 200; none at all is told with the reason."""
    answer = await client.get(f"/api/v1/bots/{bot_id}/{route}")
    assert (answer.status_code, answer.json()[state]) == (202, "in_progress")
    await finish(store, bot_id)
    answer = await client.get(f"/api/v1/bots/{bot_id}/{route}")
    assert (answer.status_code, answer.json()[state]) == (200, "unavailable")
    assert answer.json()["message"]
    await store.events.record(bot_id, Happening(Step.EXPIRED, NOW), epoch=None)
    assert (await client.get(f"/api/v1/bots/{bot_id}/{route}")).status_code == 404


@pytest.mark.parametrize("route", ["get_audio_streams", "get_recording_streams"])
async def test_a_bot_that_was_not_asked_says_so(client: httpx2.AsyncClient, stopped_bot: str, route: str):
    """Nothing is in progress, and the message names the field."""
    answer = await client.get(f"/api/v1/bots/{stopped_bot}/{route}")
    assert answer.status_code == 200
    assert "separate_streams" in answer.json()["message"]
    assert (await client.get(f"/api/v1/bots/unknown/{route}")).status_code == 404


@pytest.mark.parametrize("route", ["get_audio_streams", "get_recording_streams"])
async def test_what_was_deleted_is_not_said_to_have_been_unasked_for(
    client: httpx2.AsyncClient, store: Store, bot_id: str, route: str
):
    """A deletion forgets what was asked for: the answer is that the files were deleted."""
    await finish(store, bot_id)
    assert (await client.delete(f"/api/v1/bots/{bot_id}/delete")).status_code == 200
    answer = await client.get(f"/api/v1/bots/{bot_id}/{route}")
    assert (answer.status_code, answer.json()) == (404, {"message": "The streams were deleted on request."})
