"""A running server whose ``local`` is the real faster-whisper, with a model whose words are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.acceptance.service.conftest import running
from tests.integration.speech.local.needs_whisper import NEEDS_WHISPER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.service.conftest import Receiver, ServerProcess

pytestmark = NEEDS_WHISPER
SPOKEN = {"lasts_s": 0.5, "end": "meeting_ended", "papers": True}


@pytest.fixture
def whisper_server(tmp_path: Path, recorded: Path) -> Iterator[ServerProcess]:
    """The server, with a model called ``tiny``."""
    from tests.integration.speech.local.made_whisper import make_model

    model = make_model(tmp_path / "tiny")
    yield from running(tmp_path / "data", recorded, ROOMTONE_WHISPER_MODEL_DIR=str(model))


def asking(**options: Any) -> dict[str, Any]:
    """A transcript by ``local``."""
    return {"transcript": {"provider": {"local": options}}}


async def made_of(server: ServerProcess, bot_id: str) -> tuple[dict[str, Any], str]:
    """The bot's transcript as it is listed, and its text."""
    (listed,) = (await server.get(f"/api/v1/bots/{bot_id}/transcriptions")).json()["transcriptions"]
    path = f"/api/v1/transcript/{listed['transcript_id']}/get_transcript?format=txt"
    return listed, (await server.get(path)).text


async def test_a_bots_words_are_whispers(whisper_server: ServerProcess, receiver: Receiver):
    """Under the speaker's name; the answers say which engine and model made them, and in which language."""
    server = whisper_server
    asked = asking(language="auto")
    bot_id = await server.create_bot(receiver.url, SPOKEN, video_required=False, recording_config=asked)
    asked = asking(engine="pocketsphinx")
    other_id = await server.create_bot(receiver.url, SPOKEN, video_required=False, recording_config=asked)
    await receiver.wait_for(bot_id, "bot.done")
    listed, text = await made_of(server, bot_id)
    assert (listed["engine"], listed["model"], listed["language"]) == ("faster-whisper", "tiny", "en")
    assert "Ada Lovelace: hello big world" in text
    await receiver.wait_for(other_id, "bot.done")
    assert (await made_of(server, other_id))[0]["engine"] == "pocketsphinx"


@pytest.mark.parametrize("provider", ["local", "meetstream", "local_streaming"])
async def test_a_language_that_no_model_has_is_400(whisper_server: ServerProcess, provider: str):
    """With the field named, before a bot is made."""
    body = {
        "meeting_link": "http://127.0.0.1:9/practice/standin",
        "recording_config": {"transcript": {"provider": {provider: {"language": "xx"}}}},
    }
    authorization = {"Authorization": f"Token {whisper_server.key}"}
    async with httpx2.AsyncClient(base_url=whisper_server.url, headers=authorization) as client:
        answer = await client.post("/api/v1/bots/create_bot", json=body)
    assert answer.status_code == 400
    field = f"recording_config.transcript.provider.{provider}.language"
    assert answer.json()["message"] == f"{field}: the Whisper model 'tiny' does not know it: 'xx'"
