"""Transcripts of a running server: after the call, asked for again, and over a sudden death."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import meetstream
import pytest
from tests.acceptance.service.conftest import LONGEST_WAIT_S

if TYPE_CHECKING:
    from tests.acceptance.service.conftest import Receiver, ServerProcess

SPOKEN = {"lasts_s": 0.5, "end": "meeting_ended", "papers": True}
AFTER_A_RECORDING = ["audio.processed", "video.processed", "transcription.processed", "bot.done"]


def _asking(provider: str) -> dict[str, Any]:
    return {"transcript": {"provider": {provider: {}}}}


async def _detail(server: ServerProcess, bot_id: str) -> dict[str, Any]:
    answer = await server.get(f"/api/v1/bots/{bot_id}/detail")
    details: dict[str, Any] = answer.json()["bot_details"]
    return details


async def test_the_words_are_there_before_the_bot_is_done(server: ServerProcess, receiver: Receiver):
    """Captions become a transcript under names; its id is the same in every place; every format can be had."""
    bot_id = await server.create_bot(receiver.url, SPOKEN, recording_config=_asking("meeting_captions"))
    transcript_id = (await _detail(server, bot_id))["transcript_id"]
    await receiver.wait_for(bot_id, "bot.done")
    assert receiver.events(bot_id)[-4:] == AFTER_A_RECORDING
    assert {body["transcript_id"] for body in receiver.taken(bot_id)} == {transcript_id}
    details = await _detail(server, bot_id)
    assert details["TranscriptStatus"] == "Success"
    assert details["StatusTimeline"]["TranscriptionReady"]["status"]
    path = f"/api/v1/transcript/{transcript_id}/get_transcript"
    (segment,) = (await server.get(path)).json()
    assert (segment["speaker"], segment["transcript"]) == ("Ada Lovelace", "Is this heard?")
    subtitles = await server.get(f"{path}?format=vtt")
    assert subtitles.headers["Content-Type"].startswith("text/vtt")
    assert "<v Ada Lovelace>Is this heard?</v>" in subtitles.text
    assert (await server.get(f"{path}?raw=true")).json()[0]["text"] == "Is this heard?"


@pytest.mark.parametrize("client_type", [meetstream.MeetStream, meetstream.AsyncMeetStream])
async def test_a_recording_is_transcribed_again(server: ServerProcess, receiver: Receiver, client_type: Any):
    """The SDK's transcripts resource: another provider, exactly one event, both transcripts listed."""
    bot_id = await server.create_bot(receiver.url, SPOKEN, video_required=False)
    await receiver.wait_for(bot_id, "bot.done")
    client = client_type(server.key, base_url=f"{server.url}/api/v1")
    transcripts = client.transcripts

    async def ask(method: str, *arguments: Any, **options: Any) -> Any:
        if client_type is meetstream.AsyncMeetStream:
            return await getattr(transcripts, method)(*arguments, **options)
        return await asyncio.to_thread(getattr(transcripts, method), *arguments, **options)

    made = await ask("transcribe_bot_audio", bot_id, {"provider": {"meeting_captions": {}}})
    segments = await ask("wait_for", made["transcript_id"], timeout=LONGEST_WAIT_S, interval=0.2)
    assert segments[0]["transcript"] == "Is this heard?"
    (listed,) = (await ask("list_for_bot", bot_id))["transcriptions"]
    assert (listed["transcript_id"], listed["status"]) == (made["transcript_id"], "Success")
    assert listed["download_urls"]["processed_transcript"].startswith("http")
    await receiver.wait_for(bot_id, "transcription.processed")
    assert receiver.events(bot_id).count("transcription.processed") == 1
    assert receiver.events(bot_id)[-1] == "transcription.processed"
    closing = (
        client.aclose() if client_type is meetstream.AsyncMeetStream else asyncio.to_thread(client.close)
    )
    await closing


async def test_a_server_killed_in_a_transcription_makes_it_after_its_next_start(
    own_server: ServerProcess, receiver: Receiver
):
    """Kill -9 while the local engine works: the next start goes on, and tells each event once."""
    bot_id = await own_server.create_bot(
        receiver.url, SPOKEN, video_required=False, recording_config=_asking("local")
    )
    deadline_s = time.monotonic() + LONGEST_WAIT_S
    while (await _transcription(own_server, bot_id))["status"] == "Not started":
        assert time.monotonic() < deadline_s
        await asyncio.sleep(0.02)
    own_server.kill()
    own_server.start()
    await receiver.wait_for(bot_id, "bot.done")
    events = receiver.events(bot_id)
    assert events[-3:] == ["audio.processed", "transcription.processed", "bot.done"]
    assert len(events) == len(set(events))
    made = await _transcription(own_server, bot_id)
    assert (made["status"], made["percent"], made["engine"]) == ("Success", 100, "pocketsphinx")


async def test_what_was_heard_live_is_kept_beside_the_transcript(server: ServerProcess, receiver: Receiver):
    """Both are listed, one event tells of the bot's own; the live one can be had in every format."""
    bot_id = await server.create_bot(
        receiver.url,
        SPOKEN,
        recording_config=_asking("meeting_captions"),
        live_transcription_required={"webhook_url": receiver.url, "provider": "local_streaming"},
    )
    await receiver.wait_for(bot_id, "bot.done")
    live = await _finished(server, bot_id, "local_streaming")
    assert (live["status"], live["engine"], live["model"]) == ("Success", "pocketsphinx", "en-us")
    assert (await _finished(server, bot_id, "meeting_captions"))["status"] == "Success"
    path = f"/api/v1/transcript/{live['transcript_id']}/get_transcript"
    (segment,) = (await server.get(path)).json()
    assert (segment["speaker"], segment["transcript"]) == ("Ada Lovelace", "Live.")
    for form in ("srt", "vtt", "txt", "md"):
        assert "Live." in (await server.get(f"{path}?format={form}")).text.replace("\\", "")
    assert receiver.events(bot_id)[-4:] == AFTER_A_RECORDING
    assert (await _detail(server, bot_id))["transcript_id"] != live["transcript_id"]


async def test_a_streaming_provider_makes_the_bots_transcript(server: ServerProcess, receiver: Receiver):
    """It is done before the bot is, and the bot's id of a transcript is its."""
    bot_id = await server.create_bot(receiver.url, SPOKEN, recording_config=_asking("local_streaming"))
    transcript_id = (await _detail(server, bot_id))["transcript_id"]
    await receiver.wait_for(bot_id, "bot.done")
    assert receiver.events(bot_id)[-4:] == AFTER_A_RECORDING
    (segment,) = (await server.get(f"/api/v1/transcript/{transcript_id}/get_transcript")).json()
    assert segment["transcript"] == "Live."
    assert (await _transcription(server, bot_id))["provider"] == "local_streaming"


async def _finished(server: ServerProcess, bot_id: str, provider: str) -> dict[str, Any]:
    """The bot's transcript by a provider, once nothing more comes of it."""
    deadline_s = time.monotonic() + LONGEST_WAIT_S
    while True:
        answer = await server.get(f"/api/v1/bots/{bot_id}/transcriptions")
        (one,) = [t for t in answer.json()["transcriptions"] if t["provider"] == provider]
        if one["status"] not in {"Not started", "Processing"}:
            found: dict[str, Any] = one
            return found
        assert time.monotonic() < deadline_s
        await asyncio.sleep(0.05)


async def _transcription(server: ServerProcess, bot_id: str) -> dict[str, Any]:
    answer = await server.get(f"/api/v1/bots/{bot_id}/transcriptions")
    (one,) = answer.json()["transcriptions"]
    found: dict[str, Any] = one
    return found
