"""Who makes the words of a bot's meeting is decided when its session starts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.bot.lifecycle import Step
from roomtone.bot.request import BotRequest
from roomtone.bot.session_protocol import Start, parse_command, to_line
from roomtone.config import Settings
from roomtone.service.nodes.live_words import LiveWords
from roomtone.service.transcripts.accounts import Accounts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.service.nodes.conftest import RunAgent

    from roomtone.service.store.bot import Bot
    from roomtone.service.store.store import Store

KEY = "dg-0123456789abcdef-WXYZ"
WORDS = {"webhook_url": "https://example.com/words"}


def _words(folder: Path, store: Store, default: str = "local_streaming", **settings: Any) -> LiveWords:
    known = Settings(data_dir=folder, **settings)
    return LiveWords(store, Accounts(known, store.provider_accounts), default, known.whisper_model_dir)


async def _bot(store: Store, workspace_id: str, provider: str | None = None, **fields: Any) -> Bot:
    config: dict[str, Any] = {} if provider is None else {"transcript": {"provider": {provider: {}}}}
    request = BotRequest.model_validate(
        {"meeting_link": "http://127.0.0.1:9/practice/room", "recording_config": config} | fields
    )
    return await store.bots.create_bot(request, workspace_id)


async def test_the_session_gets_the_key_and_nobody_else(tmp_path: Path, store: Store, workspace_id: str):
    """Not the log, not what is kept, not what is printed; its own first line alone has it."""
    words = _words(tmp_path, store, deepgram_api_key=KEY, deepgram_base_url="http://10.1.2.3:8080/")
    bot = await _bot(store, workspace_id, "deepgram", live_transcription_required=WORDS)
    with structlog.testing.capture_logs() as logged:
        start = await words.start_of(bot, 0)
    assert start is not None
    assert (start.provider, start.api_key, start.base_url) == (
        "deepgram_streaming",
        KEY,
        "http://10.1.2.3:8080",
    )
    assert start.allow_private_networks
    assert start.options["model"] == "nova-2"
    first = Start(bot_id=bot.id, request=bot.request, directory="/d", live_transcription=start)
    for shown in (repr(start), repr(first), str(logged), str(await store.transcripts.of_bot(bot.id))):
        assert KEY not in shown
    line = parse_command(to_line(first))
    assert isinstance(line, Start)
    assert line.live_transcription == start


async def test_what_is_heard_on_the_side_has_a_transcript_of_its_own(
    tmp_path: Path, store: Store, workspace_id: str
):
    """Beside the one of the recording; one and the same where the streaming provider makes the bot's."""
    words = _words(tmp_path, store)
    both = await _bot(store, workspace_id, "local", live_transcription_required=WORDS)
    for _ in range(2):  # a bot that is sent in again has no second one
        start = await words.start_of(both, 0)
        assert start is not None
        assert (start.provider, start.api_key) == ("local_streaming", "")
    kept = {one.provider: one.with_bot for one in await store.transcripts.of_bot(both.id)}
    assert kept == {"local": True, "local_streaming": False}
    alone = await _bot(store, workspace_id, "local_streaming")
    assert await words.start_of(alone, 0) is not None
    assert [one.id for one in await store.transcripts.of_bot(alone.id)] == [alone.transcript_id]


async def test_nobody_listens_where_nobody_is_wanted(tmp_path: Path, store: Store, workspace_id: str):
    """A transcript of the recording is no wish for live words."""
    bot = await _bot(store, workspace_id, "local")
    assert await _words(tmp_path, store).start_of(bot, 0) is None
    assert len(await store.transcripts.of_bot(bot.id)) == 1


async def test_a_key_that_is_gone_is_told_and_the_bot_goes_in(
    tmp_path: Path, store: Store, workspace_id: str
):
    """bot.error says what to set up; also when the server's default was taken away since."""
    bot = await _bot(store, workspace_id, "deepgram", live_transcription_required=WORDS)
    assert await _words(tmp_path, store).start_of(bot, 0) is None
    (event,) = await store.events.of_bot(bot.id)
    assert (event.body["event"], event.body["code"]) == ("bot.error", "live_transcription_refused")
    assert event.body["message"].startswith("no key for deepgram: ")
    other = await _bot(store, workspace_id, live_transcription_required=WORDS)
    assert await _words(tmp_path, store, "none").start_of(other, 0) is None
    (event,) = await store.events.of_bot(other.id)
    assert "no streaming transcription provider was found" in event.body["message"]


TELLING = """
live = start["live_transcription"]
told = live["provider"] + " " + live["api_key"][-4:] if live else "nobody"
say("joining")
say("warning", code="live_transcription_unreachable", message="nobody answers there")
say("ended", reason="silence", detail=told)
"""


async def test_a_session_is_started_with_it(
    store: Store, workspace_id: str, run_agent: RunAgent, tmp_path: Path
):
    """Its first line has the key, no file does; the provider's trouble is a bot.error, and the stay ends as ever."""
    words = _words(tmp_path / "data", store, deepgram_api_key=KEY)
    async with run_agent(TELLING, live_words=words):
        for provider, expected in (("deepgram_streaming", "deepgram_streaming WXYZ"), (None, "nobody")):
            bot = await _bot(store, workspace_id, provider)
            async with asyncio.timeout(60):
                while (now := await store.bots.get(bot.id)).step is not Step.STOPPED:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert now.end_detail == expected
            told = [event.body for event in await store.events.of_bot(bot.id)]
            assert [body["event"] for body in told] == ["bot.joining", "bot.error", "bot.stopped"]
            assert told[1]["code"] == "live_transcription_unreachable"
    files = [path for path in (tmp_path / "sessions").rglob("*") if path.is_file()]
    files += [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert files
    assert not any(KEY.encode() in path.read_bytes() for path in files)
