"""Live words by the local engine, in a stay that ends while somebody speaks."""

from __future__ import annotations

import pytest
from tests.acceptance.session.conftest import meeting_script
from tests.acceptance.session.test_live_words import receiver

from roomtone.bot.live_transcript_lines import LIVE_TRANSCRIPT_NAME, parse_segment
from roomtone.bot.session_protocol import LiveTranscriptionStart

pytestmark = pytest.mark.browser


async def test_local_words_have_names_and_leave_nothing_behind(stage, start_session):
    """Told while they are said, kept, under the right name; the engine's child goes with the session."""
    async with receiver() as (url, messages):
        session = await start_session(
            await stage(meeting_script()),
            {"live_transcription_required": {"websocket_url": url}},
            live_transcription=LiveTranscriptionStart(provider="local_streaming", options={"language": "en"}),
        )
        await session.recorded(7.5)
        assert any("live_worker" in " ".join(one.cmdline()) for one in session.processes())
        session.leave()
        ended = await session.end()
        await session.all_gone(within_s=3.0)
    told = [message for _, message in messages]
    ada = [message for message in told if message["speakerName"] == "Ada Lovelace"]
    assert any(not message["is_final"] for message in ada)
    words = " ".join(word["word"] for message in ada if message["is_final"] for word in message["words"])
    assert words.startswith("he was not")
    assert words.endswith("young man")
    assert {message["speakerName"] for message in told} <= {"Ada Lovelace", "Grace Hopper"}
    kept = [
        parse_segment(line) for line in (session.directory / LIVE_TRANSCRIPT_NAME).read_text().splitlines()
    ]
    assert kept[0] is not None
    assert (kept[0].speaker_name, kept[0].provider) == ("Ada Lovelace", "local_streaming")
    counted = ended.statistics.live_transcription
    assert counted is not None
    assert counted.messages_sent == len(messages)
    assert counted.finals_dropped == 0
