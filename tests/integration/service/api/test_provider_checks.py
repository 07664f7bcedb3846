"""What a bot cannot have transcribed is refused when it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from roomtone.config import Settings
from roomtone.service.api.app import create_app
from roomtone.service.storage.folder import FolderStorage

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.store.store import Store

LINK = "http://127.0.0.1:9/practice/room"
WORDS = {"webhook_url": "https://example.com/words"}


async def _post(client: httpx2.AsyncClient, **fields: Any) -> tuple[int, dict[str, Any]]:
    answer = await client.post("/api/v1/bots/create_bot", json={"meeting_link": LINK} | fields)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("fields", "beginning"),
    [
        ({"recording_config": {"transcript": {"provider": {"openai_compatible": {}}}}}, "recording_config.transcript.provider.openai_compatible: no key for openai_compatible: "),
        ({"transcription": {"local": {"language": "de"}}}, "recording_config.transcript.provider.local.language: the local engine pocketsphinx"),
        ({"recording_config": {"transcript": {"provider": {"local": {"model": "large"}}}}}, "recording_config.transcript.provider.local.model: this server's pocketsphinx has"),
        ({"live_transcription_required": WORDS | {"provider": {"local_streaming": {"language": "de"}}}}, "live_transcription_required.provider.local_streaming.language: the local"),
        ({"live_transcription_required": WORDS | {"provider": "local"}}, "live_transcription_required.provider: must be one of deepgram_streaming, "),
    ],
)  # fmt: skip
async def test_words_that_nobody_can_make_are_refused_at_once(
    client: httpx2.AsyncClient, fields: dict[str, Any], beginning: str
):
    """An account that nobody has, or what this server's engine cannot do: 400 with the field named."""
    status, answer = await _post(client, **fields)
    assert status == 400
    assert answer["message"].startswith(beginning)


async def test_a_key_of_the_workspace_opens_its_provider(client: httpx2.AsyncClient):
    """Refused before it is kept, taken while it is there, refused after it was forgotten."""
    fields: dict[str, Any] = {"recording_config": {"transcript": {"provider": {"openai_compatible": {}}}}}
    path = "/api/v1/admin/transcription_providers/openai_compatible"
    assert (await _post(client, **fields))[0] == 400
    assert (await client.put(path, json={"api_key": "sk-0123456789abcdef"})).status_code == 200
    status, made = await _post(client, **fields)
    assert (status, made["ignored"]) == (201, [])
    assert made["transcript_id"]
    assert (await client.delete(path)).status_code == 200
    assert (await _post(client, **fields))[0] == 400


async def test_live_words_need_somebody_where_the_server_has_no_default(
    tmp_path: Path, store: Store, api_key: str
):
    """With `none` the contract's 400; by default the server's own engine works."""
    for default, expected in (("none", 400), ("local_streaming", 201)):
        settings = Settings(data_dir=tmp_path / "data", live_transcription_provider=default)
        app = create_app(settings, store, FolderStorage(tmp_path / "storage"))
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"Authorization": f"Token {api_key}"}
        async with httpx2.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:
            status, answer = await _post(client, live_transcription_required=WORDS)
            assert status == expected
            if expected == 400:
                assert answer["message"].startswith(
                    "live_transcription_required: webhook_url was provided but no streaming transcription "
                    "provider was found; name one in recording_config.transcript.provider: "
                )
