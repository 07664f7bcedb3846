"""What of a recording a provider is given: separate voices where there are any, else the mix."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.integration.service.transcripts.conftest import CLIP, Bench

from roomtone.bot.speaker import Speaker
from roomtone.service.recordings.handing_over import hand_over
from roomtone.service.store.artifacts import AUDIO_STREAM, NewArtifact
from roomtone.service.transcripts.inputs import recorded_of

if TYPE_CHECKING:
    from roomtone.speech.port import Recorded

ADA: dict[str, Any] = {"participant_id": "p1", "participant_name": "A.", "start_sample": 96_000}
NOBODY: dict[str, Any] = {"participant_id": "NoSpeaker", "participant_name": "NoSpeaker", "start_sample": 0}


async def _recorded(
    bench: Bench, world: str | None, *facts: dict[str, Any], listens: bool = True
) -> Recorded:
    bot = await bench.store.bots.get(await bench.recorded())
    streams = []
    for number, fact in enumerate(facts):
        name = f"audio-{number:04}.webm"
        key = f"bots/{bot.id}/audio_streams/{name}"
        size = await bench.storage.put_file(key, CLIP)
        streams.append(NewArtifact(AUDIO_STREAM, key, "audio/webm", size, 2.7, name=name, facts=fact))
    await bench.store.artifacts.add(bot.id, streams)
    artifacts = await bench.store.artifacts.of_bot(bot.id)
    bot = replace(bot, statistics=None if world is None else {"audio_world": world})
    folder = bench.folder / "fetched"
    folder.mkdir()
    return await recorded_of(bot, artifacts, bench.storage, folder, with_audio=listens)


async def test_each_voice_is_a_track_under_the_name_in_the_meeting(bench: Bench):
    """Streams lie where they began, under the last name the meeting knew; nobody's voice has no owner."""
    recorded = await _recorded(bench, "webrtc", ADA, NOBODY)
    assert [(track.speaker, track.start_s) for track in recorded.tracks] == [
        (Speaker("p1", "Ada"), 2.0),
        (None, 0.0),
    ]
    assert all(track.path.read_bytes() == CLIP.read_bytes() for track in recorded.tracks)


async def test_the_mix_is_taken_where_voices_did_not_come_separately(bench: Bench):
    """Streams that were cut out of a mix are passed over: the mix has every word whole, and the timeline names."""
    recorded = await _recorded(bench, "webaudio", ADA)
    assert [(track.path.name, track.speaker) for track in recorded.tracks] == [("audio.mp3", None)]
    assert [stretch.speaker_name for stretch in recorded.timeline] == ["Ada"]


async def test_what_a_session_left_is_not_fetched(bench: Bench):
    """What the finishing handed over is used: a bucket that lets nobody read does for a transcript."""
    session, folder = bench.folder / "session", bench.folder / "fetched"
    session.mkdir()
    (session / "audio.mp3").write_bytes(CLIP.read_bytes())
    line = {"speaker_id": "p2", "speaker_name": "Bo", "start_s": 0.0, "end_s": 5.0}
    (session / "timeline.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    for _ in range(2):
        hand_over(session, folder)
    bot = await bench.store.bots.get(await bench.recorded())
    artifacts = await bench.store.artifacts.of_bot(bot.id)
    for artifact in artifacts:
        await bench.storage.delete(artifact.storage_key)
    recorded = await recorded_of(bot, artifacts, bench.storage, folder, with_audio=True)
    assert [stretch.speaker_name for stretch in recorded.timeline] == ["Bo"]
    assert [track.path.read_bytes() for track in recorded.tracks] == [CLIP.read_bytes()]


async def test_without_streams_the_mix_is_taken(bench: Bench):
    """A bot of an older version has its audio alone."""
    recorded = await _recorded(bench, None)
    assert [track.path.name for track in recorded.tracks] == ["audio.mp3"]


async def test_a_provider_that_does_not_listen_fetches_no_sound(bench: Bench):
    """Captions need no audio out of a bucket."""
    recorded = await _recorded(bench, "webrtc", ADA, listens=False)
    assert recorded.tracks == ()
    assert recorded.names == {"p1": "Ada"}
