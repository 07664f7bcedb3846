"""Who was there, who spoke, the chat and the summary, over the real API, finishing and storage."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import meetstream
import pytest
from sqlalchemy import update
from tests.recorded_sample import make_recording

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Happening, Step
from roomtone.service.recordings.finisher import Finisher
from roomtone.service.recordings.summing_up import renew_summary
from roomtone.service.store.artifacts import NewArtifact
from roomtone.service.store.placements import Placement
from roomtone.service.store.tables import bots
from roomtone.service.store.transcripts import TRANSCRIPT
from roomtone.speech.segments import segments_of
from roomtone.speech.transcript import Turn, Word

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    import httpx2
    from fastapi import FastAPI

    from roomtone.bot.request import BotRequest
    from roomtone.service.jobs.embedded import EmbeddedJobs
    from roomtone.service.storage.folder import FolderStorage
    from roomtone.service.store.store import Store

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
ROUTES = ("get_participants", "get_speaker_timeline", "get_chats", "summary")
RECORDS: dict[str, list[dict[str, Any]]] = {
    "participants.jsonl": [
        {"at_s": 0.0, "what": "joined", "participant_id": "0", "name": "Notes", "is_self": True},
        {"at_s": 0.0, "what": "joined", "participant_id": "a", "name": "Ada", "is_self": False},
        {"at_s": 1.0, "what": "joined", "participant_id": "b", "name": "Zoë 🎧", "is_self": False},
        {"at_s": 9.0, "what": "left", "participant_id": "b", "name": "Zoë 🎧", "is_self": False},
    ],
    "timeline.jsonl": [
        {"speaker_id": "a", "speaker_name": "Ada", "start_s": 0.5, "end_s": 4.5},
        {"speaker_id": "b", "speaker_name": "Zoë 🎧", "start_s": 5.0, "end_s": 6.0},
    ],
    "chat.jsonl": [
        {"at_s": 2.0, "message_id": "m", "participant_id": "b", "name": "Zoë 🎧", "text": "https://e.com/x"}
    ],
    "captions.jsonl": [
        {"at_s": 0.6, "caption_id": "1", "participant_id": "a", "text": "Who is there?", "final": True}
    ],
}


class Stay:
    """A stay whose session left a recording and its records."""

    def __init__(self, bot_id: str, folder: Path, finisher: Finisher) -> None:
        self.bot_id = bot_id
        self.folder = folder
        self.path = f"/api/v1/bots/{bot_id}"
        self._finisher = finisher

    def write(self, name: str, text: str) -> None:
        """Leave a record."""
        (self.folder / name).write_text(text, encoding="utf-8", errors="surrogatepass")

    async def finish(self) -> None:
        """From `bot.stopped` to `bot.done`."""
        await self._finisher.finish(self.bot_id)


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 s as a session leaves them."""
    return make_recording(tmp_path_factory.mktemp("recording"))


@pytest.fixture
async def stay(
    tmp_path: Path,
    store: Store,
    jobs: EmbeddedJobs,
    storage: FolderStorage,
    request_body: BotRequest,
    workspace_id: str,
    recording: Path,
) -> Stay:
    """A stay that is over and not finished."""
    bot = await store.bots.create_bot(request_body, workspace_id)
    assert await store.leases.claim_bot(bot.id, "node", 60) == 1
    folder = tmp_path / "sessions" / f"{bot.id}-1"
    folder.mkdir(parents=True)
    for file in recording.iterdir():
        shutil.copy(file, folder)
    for step in (Step.JOINING, Step.IN_MEETING, Step.RECORDING):
        await store.events.record(bot.id, Happening(step, NOW), epoch=1)
    await store.events.record(bot.id, Happening(Step.STOPPED, NOW, EndReason.SILENCE), epoch=1)
    left = Stay(bot.id, folder, Finisher(store, jobs, storage, tmp_path / "sessions"))
    for name, lines in RECORDS.items():
        left.write(name, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return left


async def test_until_the_bot_is_done_records_are_awaited(client: httpx2.AsyncClient, stay: Stay):
    """202 with the status, and the summary is 404, which is what the API's clients expect."""
    for route in ROUTES[:3]:
        answer = await client.get(f"{stay.path}/{route}")
        assert (answer.status_code, list(answer.json())) == (202, ["message"])
        assert answer.json()["message"].endswith("Current status: Stopped.")
    assert (await client.get(f"{stay.path}/summary")).status_code == 404
    details = (await client.get(f"{stay.path}/detail")).json()["bot_details"]
    assert details["caption_file"] == {"available": False, "link": None}
    assert details["participant_events"] is None


async def test_a_finished_stay_tells_who_was_there_and_what_was_written(
    client: httpx2.AsyncClient, stay: Stay
):
    """The lines that the session wrote are what the API answers."""
    await stay.finish()
    ada, zoe = (await client.get(f"{stay.path}/get_participants")).json()
    assert (ada["displayName"], ada["humanized_status"], ada["leftAt"]) == ("Ada", "in_meeting", None)
    assert (zoe["displayName"], zoe["humanized_status"], zoe["leftAt"]) == (
        "Zoë 🎧",
        "not_in_meeting",
        "2026-05-01T12:00:09.000Z",
    )
    timeline = (await client.get(f"{stay.path}/get_speaker_timeline")).json()
    assert [chunk["speakerName"] for chunk in timeline["chunks"]] == ["Ada", "Zoë 🎧"]
    assert timeline["chunks"][0]["timestamp"] == "2026-05-01T12:00:00.500Z"
    assert timeline["totalFileSize"] == pytest.approx(12 * 96_000, abs=0.1 * 96_000)
    chat = (await client.get(f"{stay.path}/get_chats")).json()
    assert chat["metadata"]["meetingId"] == "room"
    assert [(one["speakerName"], one["text"]) for one in chat["chatMessages"]] == [
        ("Zoë 🎧", "https://e.com/x")
    ]
    assert chat["messagesBySpeaker"] == {"b": chat["chatMessages"]}


async def test_the_summary_stands_beside_the_details(client: httpx2.AsyncClient, stay: Stay, store: Store):
    """It is made at the end of the stay, of what was heard, said and written."""
    await stay.finish()
    body = (await client.get(f"{stay.path}/summary")).json()
    assert body["bot_details"]["BotID"] == stay.bot_id
    summary = body["summary"]
    assert summary["text"].startswith("Ada and Zoë 🎧 met for 12 seconds. Of the talking, Ada 80 %")
    assert summary["longest_turns"][0]["text"] == "Who is there?"
    assert [one["text"] for one in summary["questions"]] == ["Who is there?"]
    assert summary["links"] == [{"url": "https://e.com/x", "shared_by": "Zoë 🎧", "at_seconds": 2.0}]
    assert summary["words_from"] == "captions"
    assert (await store.artifacts.find(stay.bot_id, "summary")) is not None


async def test_a_later_transcript_makes_the_summary_anew(
    client: httpx2.AsyncClient, stay: Stay, store: Store, storage: FolderStorage, tmp_path: Path
):
    """The words are the transcript's then, and the former summary is replaced."""
    await stay.finish()
    words = (Word("shall", 1.0, 1.5, "Shall"), Word("we", 1.5, 1.8, "we?"), Word("yes", 1.9, 2.0, "Yes."))
    file = tmp_path / "transcript.json"
    file.write_text(json.dumps(segments_of([Turn("a", "Ada", words)], NOW)))
    transcript = NewArtifact(TRANSCRIPT, f"bots/{stay.bot_id}/t.json", "application/json", 1, name="t.json")
    size_bytes = await storage.put_file(transcript.storage_key, file)
    await store.artifacts.add(stay.bot_id, [replace(transcript, size_bytes=size_bytes)])
    async with store.database.write() as transaction:
        await transaction.connection.execute(
            update(bots).where(bots.c.id == stay.bot_id).values(transcript_id="t")
        )
    await renew_summary(store, storage, stay.bot_id)
    summary = (await client.get(f"{stay.path}/summary")).json()["summary"]
    assert (summary["words_from"], summary["questions"][0]["text"]) == ("transcript", "Shall we?")
    assert summary["longest_turns"][0]["text"] == "Shall we? Yes."
    assert [a.kind for a in await store.artifacts.of_bot(stay.bot_id)].count("summary") == 1


async def test_the_details_lead_to_the_captions_and_the_list_of_participants(
    client: httpx2.AsyncClient, stay: Stay
):
    """The links need no key and give the session's own lines; they cannot be opened as a page."""
    await stay.finish()
    details = (await client.get(f"{stay.path}/detail")).json()["bot_details"]
    assert details["caption_file"]["available"] is True
    del client.headers["Authorization"]
    captions = await client.get(details["caption_file"]["link"])
    assert json.loads(captions.text)["text"] == "Who is there?"
    assert captions.headers["Content-Type"] == "application/jsonl"
    people = await client.get(details["participant_events"])
    assert len(people.text.splitlines()) == 4
    assert "sandbox" in people.headers["Content-Security-Policy"]


async def test_the_details_name_the_bucket(client: httpx2.AsyncClient, stay: Stay, store: Store):
    """Of what lies in the data folder there is none; a bucket is told by its name, and the audio by its name in it."""
    await stay.finish()
    assert (await client.get(f"{stay.path}/detail")).json()["bot_details"]["MediaS3Bucket"] is None
    key = f"bots/{stay.bot_id}/audio.mp3"
    await store.placements.put(Placement(key, stay.bot_id, "s3://meetings/team", key))
    details = (await client.get(f"{stay.path}/detail")).json()["bot_details"]
    assert details["MediaS3Bucket"] == "meetings"
    timeline = (await client.get(f"{stay.path}/get_speaker_timeline")).json()
    assert timeline["audioFilePath"] == f"team/{key}"
    created = details["CreatedAt"]
    assert details["PlatformStatusCreatedAt"] == f"Practice#Done#{created}"
    assert (details["BotProfile"], details["NativeSTT"]) == (None, False)


async def test_torn_and_strange_records_spoil_nothing(client: httpx2.AsyncClient, stay: Stay):
    """Half lines, other types, fields of the future and broken text are passed over, the rest is told."""
    stay.write(
        "participants.jsonl",
        '{"at_s": 0.0, "what": "joined", "participant_id": "a", "name": "A\ud800"}\n{"at',
    )
    stay.write("timeline.jsonl", '[1]\nnull\n{"start_s": "x"}\n\x00\n')
    stay.write("chat.jsonl", '{"at_s": 1e400, "text": "x"}\n{"at_s": 1, "text": "\\ud83d", "new": {}}\n')
    stay.write("captions.jsonl", '{"at_s": NaN}')
    await stay.finish()
    [person] = (await client.get(f"{stay.path}/get_participants")).json()
    assert person["deviceId"] == "a"
    assert (await client.get(f"{stay.path}/get_speaker_timeline")).json()["chunks"] == []
    [message] = (await client.get(f"{stay.path}/get_chats")).json()["chatMessages"]
    assert (message["text"], message["deviceId"]) == ("?", None)
    assert (await client.get(f"{stay.path}/summary")).status_code == 200


async def test_a_bot_that_never_got_in_has_empty_records(
    client: httpx2.AsyncClient, store: Store, request_body: BotRequest, workspace_id: str
):
    """Lists without anything in them, and no summary."""
    bot = await store.bots.create_bot(request_body, workspace_id)
    await store.bots.request_removal(bot.id)
    path = f"/api/v1/bots/{bot.id}"
    assert (await client.get(f"{path}/get_participants")).json() == []
    assert (await client.get(f"{path}/get_speaker_timeline")).json()["chunks"] == []
    assert (await client.get(f"{path}/get_chats")).json()["metadata"]["totalMessages"] == 0
    answer = await client.get(f"{path}/summary")
    assert (answer.status_code, "recorded nothing" in answer.json()["message"]) == (404, True)


async def test_records_expire_with_the_recording(client: httpx2.AsyncClient, store: Store, stay: Stay):
    """After the retention every one is 404 and says so."""
    await stay.finish()
    await store.events.record(stay.bot_id, Happening(Step.EXPIRED, NOW), epoch=None)
    await store.artifacts.forget(stay.bot_id)
    for route in ROUTES:
        answer = await client.get(f"{stay.path}/{route}")
        assert (answer.status_code, "retention" in answer.json()["message"]) == (404, True), route


async def test_records_are_of_the_workspace_alone(client: httpx2.AsyncClient, store: Store, stay: Stay):
    """Without a key 401, for another workspace the bot does not exist."""
    await stay.finish()
    stranger = {"Authorization": f"Token {await store.keys.create('other', workspace='other')}"}
    for route in (*ROUTES, "get_audio", "get_video"):
        assert (await client.get(f"{stay.path}/{route}", headers={"Authorization": ""})).status_code == 401
        assert (await client.get(f"{stay.path}/{route}", headers=stranger)).status_code == 404


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_meetstreams_own_client_reads_it_all(
    app: FastAPI,
    serving: Callable[[FastAPI], AbstractAsyncContextManager[int]],
    api_key: str,
    stay: Stay,
    kind: str,
):
    """Both of the SDK's clients wait for the media, follow the links and read every record."""
    async with serving(app) as port:
        options: dict[str, Any] = {
            "api_key": api_key,
            "base_url": f"http://127.0.0.1:{port}/api/v1",
            "max_retries": 0,
        }

        async def call(method: str, **arguments: Any) -> Any:
            if kind == "async":
                return await getattr(asynchronous.bots, method)(stay.bot_id, **arguments)
            return await asyncio.to_thread(getattr(synchronous.bots, method), stay.bot_id, **arguments)

        synchronous = meetstream.MeetStream(**options)
        asynchronous = meetstream.AsyncMeetStream(**options)
        try:
            for method in ("audio", "video", "participants", "chats", "speaker_timeline", "screenshots"):
                with pytest.raises(meetstream.NotReadyError):
                    await call(method)
            with pytest.raises(meetstream.NotFoundError):
                await call("summary")
            async with asyncio.TaskGroup() as group:
                audio = group.create_task(call("wait_for_audio", interval=0.05), name="audio")
                video = group.create_task(call("wait_for_video", interval=0.05), name="video")
                group.create_task(stay.finish(), name="finish")
            for url, content_type in (
                (audio.result()["audio_url"], "audio/mpeg"),
                (video.result()["video_url"], "video/mp4"),
            ):
                async with httpx.AsyncClient() as browser:
                    answer = await browser.get(url, headers={"Range": "bytes=0-99"})
                assert (answer.status_code, len(answer.content)) == (206, 100)
                assert answer.headers["Content-Type"] == content_type
            info = video.result()["video_info"]
            assert (info["resolution"], info["fps"], info["frames_processed"]) == ("320x180", 30.0, 360)
            assert [person["displayName"] for person in await call("participants")] == ["Ada", "Zoë 🎧"]
            assert (await call("chats"))["metadata"]["totalMessages"] == 1
            assert len((await call("speaker_timeline"))["chunks"]) == 2
            assert (await call("screenshots"))["screenshots_count"] == 0
            assert (await call("summary"))["summary"]["participants"]
            assert (await call("detail"))["bot_details"]["Duration"] == 12
        finally:
            synchronous.close()
            await asynchronous.aclose()
