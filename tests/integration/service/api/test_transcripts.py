"""The transcript routes: what is refused, what is pending, and every format."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.bot.request import BotRequest
from roomtone.bot.session_protocol import LiveTranscriptionStatistics, Statistics
from roomtone.bot.transcript_providers import TranscriptRequest
from roomtone.service.store.artifacts import NewArtifact
from roomtone.service.store.events import Facts
from roomtone.service.store.transcripts import Made
from roomtone.speech.assembly import assemble
from roomtone.speech.segments import segments_of
from roomtone.speech.transcript import Word

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2

    from roomtone.service.storage.folder import FolderStorage
    from roomtone.service.store.store import Store

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LINK = "http://127.0.0.1:9/practice/room"
LOCAL: dict[str, Any] = {"transcript": {"provider": {"local": {}}}}
TURNS = assemble([Word("hello", 0.5, 0.9, "Hello.", 0.9, "p1", "Zoë")])


@pytest.fixture
async def bot_id(store: Store, storage: FolderStorage, workspace_id: str, tmp_path: Path) -> str:
    """A bot with an audio, its transcript not made yet."""
    body = BotRequest.model_validate(
        {"meeting_link": LINK, "video_required": False, "recording_config": LOCAL}
    )
    bot = await store.bots.create_bot(body, workspace_id)
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot.id, Happening(step, NOW), epoch=None)
    await store.events.record(bot.id, Happening(Step.STOPPED, NOW, EndReason.SILENCE), epoch=None)
    file = tmp_path / "audio.mp3"
    file.write_bytes(b"sound")
    key = f"bots/{bot.id}/audio.mp3"
    await storage.put_file(key, file)
    audio = NewArtifact("audio", key, "audio/mpeg", 5, 1.0)
    await store.events.record(bot.id, Happening(Step.AUDIO_PROCESSED, NOW), epoch=None, artifacts=[audio])
    return bot.id


async def _make(store: Store, storage: FolderStorage, bot_id: str, tmp_path: Path) -> str:
    """Have the bot's transcript made; its id."""
    transcript_id = str((await store.bots.get(bot_id)).transcript_id)
    files = []
    for kind, content in (("transcript", segments_of(TURNS, NOW)), ("raw_transcript", {"id": "theirs"})):
        path = tmp_path / f"{kind}.json"
        path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        key = f"bots/{bot_id}/{kind}/{transcript_id}.json"
        size = await storage.put_file(key, path)
        files.append(NewArtifact(kind, key, "application/json", size, name=f"{transcript_id}.json"))
    stored = await store.transcripts.begin(transcript_id)
    assert await store.transcripts.succeed(stored, Made("pocketsphinx", "en-us", "en-US", files))
    return transcript_id


async def test_a_transcript_in_the_making_is_202(client: httpx2.AsyncClient, store: Store, bot_id: str):
    """Until it is there the answer says how far it is, in the contract's words."""
    listed = (await client.get(f"/api/v1/bots/{bot_id}/transcriptions")).json()["transcriptions"]
    transcript_id = listed[0]["transcript_id"]
    assert (listed[0]["status"], listed[0]["download_urls"]) == ("Not started", None)
    await store.transcripts.begin(transcript_id)
    await store.transcripts.progress(transcript_id, 40)
    answer = await client.get(f"/api/v1/transcript/{transcript_id}/get_transcript")
    assert answer.status_code == 202
    assert answer.json() == {
        "message": "Transcript is still being processed. Current status: Processing",
        "status": "Processing",
        "percent": 40,
        "error": None,
    }
    details = (await client.get(f"/api/v1/bots/{bot_id}/detail")).json()["bot_details"]
    assert (details["transcript_id"], details["TranscriptPercent"]) == (transcript_id, 40)
    assert details["TranscriptStatus"] == "Processing"


async def test_a_failed_transcript_stays_202_and_says_why(
    client: httpx2.AsyncClient, store: Store, bot_id: str
):
    """After a failure clients of this API expect 202; the status and the reason tell them to stop asking."""
    transcript_id = str((await store.bots.get(bot_id)).transcript_id)
    await store.transcripts.fail(await store.transcripts.get(transcript_id), "no sound")
    answer = await client.get(f"/api/v1/transcript/{transcript_id}/get_transcript")
    assert answer.status_code == 202
    assert answer.json()["message"] == "There is no transcript: no sound. Current status: Failed"
    details = (await client.get(f"/api/v1/bots/{bot_id}/detail")).json()["bot_details"]
    assert details["TranscriptStatus"] == "Failed"
    assert details["StatusTimeline"]["TranscriptionReady"]["status"] is False


@pytest.mark.parametrize(
    ("query", "media_type", "beginning"),
    [
        ("", "application/json", '[{"speaker": "Zoë"'),
        ("?format=json", "application/json", '[{"speaker": "Zoë"'),
        ("?raw=true", "application/json", '{"id": "theirs"}'),
        ("?format=srt", "application/x-subrip", "1\n00:00:00,500 --> 00:00:00,900\nZoë: Hello."),
        ("?format=vtt", "text/vtt", "WEBVTT\n\n00:00:00.500"),
        ("?format=txt", "text/plain", "[00:00:00] Zoë: Hello."),
        ("?format=md", "text/markdown", "# Transcript"),
    ],
)
async def test_a_transcript_in_every_format(
    client: httpx2.AsyncClient,
    store: Store,
    storage: FolderStorage,
    bot_id: str,
    tmp_path: Path,
    query: str,
    media_type: str,
    beginning: str,
):
    """Each format has its type, its words in UTF-8, and runs nowhere as a page."""
    transcript_id = await _make(store, storage, bot_id, tmp_path)
    answer = await client.get(f"/api/v1/transcript/{transcript_id}/get_transcript{query}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(media_type)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content.decode().startswith(beginning)


async def test_links_to_a_transcript_need_no_key(
    client: httpx2.AsyncClient, store: Store, storage: FolderStorage, bot_id: str, tmp_path: Path
):
    """The list has links to both files, which open without an Authorization header."""
    await _make(store, storage, bot_id, tmp_path)
    (listed,) = (await client.get(f"/api/v1/bots/{bot_id}/transcriptions")).json()["transcriptions"]
    assert (listed["status"], listed["engine"], listed["language"]) == ("Success", "pocketsphinx", "en-US")
    del client.headers["Authorization"]
    processed = await client.get(listed["download_urls"]["processed_transcript"])
    raw = await client.get(listed["download_urls"]["raw_transcript"])
    assert (processed.json()[0]["transcript"], raw.json()) == ("Hello.", {"id": "theirs"})


async def test_what_live_words_missed_stands_beside_their_transcript(
    client: httpx2.AsyncClient, store: Store, workspace_id: str
):
    """The seconds of speech that got no words, as the session counted them; of others, and before, null."""
    body = BotRequest.model_validate({"meeting_link": LINK, "recording_config": LOCAL})
    bot = await store.bots.create_bot(body, workspace_id)
    listening = TranscriptRequest.model_validate({"provider": {"deepgram_streaming": {}}})
    await store.transcripts.open_live(bot.id, listening)

    async def missed() -> dict[str, float | None]:
        answer = await client.get(f"/api/v1/bots/{bot.id}/transcriptions")
        return {one["provider"]: one["seconds_missed"] for one in answer.json()["transcriptions"]}

    assert await missed() == {"local": None, "deepgram_streaming": None}
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot.id, Happening(step, NOW), epoch=None)
    counted = Statistics(live_transcription=LiveTranscriptionStatistics(seconds_dropped=12.5))
    stop = Happening(Step.STOPPED, NOW, EndReason.MEETING_ENDED)
    facts = Facts(statistics=counted.model_dump(mode="json"))
    await store.events.record(bot.id, stop, epoch=None, facts=facts)
    assert await missed() == {"local": None, "deepgram_streaming": 12.5}


async def test_another_transcript_takes_the_place_of_the_first(
    client: httpx2.AsyncClient, store: Store, storage: FolderStorage, bot_id: str, tmp_path: Path
):
    """The newest id is in the details; the former transcript can still be read by its own."""
    path = f"/api/v1/bots/{bot_id}/transcribe"
    assert (await client.post(path, json={"provider": {"local": {}}})).status_code == 409
    first = await _make(store, storage, bot_id, tmp_path)
    await store.events.record(bot_id, Happening(Step.DONE, NOW), epoch=None)
    for body in ({"provider": {"name": "local"}}, {"provider": "meeting_captions"}, {}):
        answer = await client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["bot_id"] == bot_id
        details = (await client.get(f"/api/v1/bots/{bot_id}/detail")).json()["bot_details"]
        assert details["transcript_id"] == answer.json()["transcript_id"] != first
        assert details["TranscriptStatus"] == "Processing"
    listed = (await client.get(f"/api/v1/bots/{bot_id}/transcriptions")).json()["transcriptions"]
    assert [one["provider"] for one in listed] == ["local", "meeting_captions", "local", "local"]
    assert (await client.get(f"/api/v1/transcript/{first}/get_transcript")).status_code == 200


@pytest.mark.parametrize(
    ("body", "beginning"),
    [
        ({"provider": "openai_compatible"}, "provider.openai_compatible: no key for openai_compatible: keep"),
        ({"provider": "local_streaming"}, "provider: 'local_streaming' works while a meeting runs; of reco"),
        ({"provider": "jigsawstack_streaming"}, "provider: 'jigsawstack_streaming' works while a meeting"),
        ({"provider": {"local": {"language": "de"}}}, "provider.local.language: the local engine pocketsph"),
        ({"provider": {"local": {"engine": "faster_whisper"}}}, "provider.local.engine: this server has no"),
        ({"provider": {"local": {"model": "large"}}}, "provider.local.model: this server's pocketsphinx has"),
        ({"provider": {"meetstream": {"translate": True}}}, "provider.meetstream.translate: the local engin"),
        ({"provider": {"nobody": {}}}, "provider: unknown provider 'nobody'"),
        ({"provider": {"local": {}, "deepgram": {}}}, "provider: must name exactly one provider"),
        ({"provider": 7}, "provider: "),
        ({"callback_url": "ftp://x"}, "callback_url: must be a URL"),
        ({"provider": {"local": {"engine": "magic"}}}, "provider.local.engine: must be"),
    ],
)
async def test_what_cannot_be_made_is_refused(
    client: httpx2.AsyncClient, bot_id: str, body: dict[str, Any], beginning: str
):
    """A wrong body is 400 with the field named, and the providers there are."""
    answer = await client.post(f"/api/v1/bots/{bot_id}/transcribe", json=body)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(beginning)


async def test_transcripts_of_others_do_not_exist(client: httpx2.AsyncClient, store: Store, bot_id: str):
    """Another workspace's key, an unknown id and no id at all are all 404."""
    transcript_id = str((await store.bots.get(bot_id)).transcript_id)
    stranger = {"Authorization": f"Token {await store.keys.create('other', workspace='other')}"}
    path = f"/api/v1/transcript/{transcript_id}/get_transcript"
    assert (await client.get(path)).status_code == 202
    for refused in (
        await client.get(path, headers=stranger),
        await client.get(f"/api/v1/bots/{bot_id}/transcriptions", headers=stranger),
        await client.post(f"/api/v1/bots/{bot_id}/transcribe", json={}, headers=stranger),
        await client.get(f"/api/v1/transcript/{uuid.uuid4()}/get_transcript"),
        await client.get("/api/v1/transcript/nonsense/get_transcript"),
    ):
        assert refused.status_code == 404


async def test_a_transcript_goes_with_the_recordings(
    client: httpx2.AsyncClient, store: Store, storage: FolderStorage, bot_id: str, tmp_path: Path
):
    """After the retention there is nothing to read and nothing to transcribe."""
    transcript_id = await _make(store, storage, bot_id, tmp_path)
    await store.events.record(bot_id, Happening(Step.DONE, NOW), epoch=None)
    await store.events.record(bot_id, Happening(Step.EXPIRED, NOW), epoch=None)
    await store.artifacts.forget(bot_id)
    assert (await client.get(f"/api/v1/transcript/{transcript_id}/get_transcript")).status_code == 404
    assert (await client.post(f"/api/v1/bots/{bot_id}/transcribe", json={})).status_code == 404
