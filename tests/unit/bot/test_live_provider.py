"""Who makes the words while a meeting runs."""

from __future__ import annotations

from typing import Any

import pytest

from roomtone.bot.live_provider import NoLiveProvider, live_provider, session_provider
from roomtone.bot.request import BotRequest
from roomtone.bot.transcript_providers import (
    PROVIDERS,
    SERVED_PROVIDERS,
    STREAMING_PROVIDERS,
    TranscriptRequest,
)

LIVE = {"webhook_url": "https://example.com/words"}


def request(transcript: Any = None, live: Any = None) -> BotRequest:
    """A request for a transcript by a provider, and for live words."""
    config = {} if transcript is None else {"transcript": {"provider": transcript}}
    return BotRequest(
        meeting_link="http://127.0.0.1:9/practice/room",
        recording_config=config,
        live_transcription_required=live,
    )


def chosen(transcript: Any = None, live: Any = None, default: str = "local_streaming") -> Any:
    """The provider's name and the options that differ from its defaults; None: nobody."""
    found = live_provider(request(transcript, live), default)
    if found is None:
        return None
    usual = TranscriptRequest.model_validate({"provider": {found.name: {}}}).options
    return found.name, {name: value for name, value in found.options.items() if value != usual[name]}


@pytest.mark.parametrize(
    ("transcript", "live", "expected"),
    [
        (None, None, None),
        ("deepgram", None, None),
        (None, LIVE, ("local_streaming", {})),
        ("deepgram", LIVE, ("deepgram_streaming", {})),
        ({"deepgram": {"language": "de", "model": "nova-3"}}, LIVE, ("deepgram_streaming", {"language": "de"})),
        ("assemblyai", LIVE, ("assemblyai_streaming", {})),
        ({"assemblyai": {"language_code": "de"}}, LIVE, ("assemblyai_streaming", {"speech_model": "universal-streaming-multilingual"})),
        ("local", LIVE, ("local_streaming", {})),
        ({"local": {"language": "fr"}}, LIVE, ("local_streaming", {"language": "fr"})),
        ("meetstream", LIVE, ("local_streaming", {"language": "auto"})),
        ("meeting_captions", LIVE, ("meeting_captions_streaming", {})),
        ("sarvam", LIVE, ("local_streaming", {})),
        ("openai_compatible", LIVE, ("local_streaming", {})),
        ("jigsawstack_streaming", LIVE, ("local_streaming", {})),
        ("jigsawstack_streaming", None, None),
        ({"deepgram_streaming": {"language": "es"}}, LIVE, ("deepgram_streaming", {"language": "es"})),
        ("deepgram_streaming", None, ("deepgram_streaming", {})),
        ("deepgram", LIVE | {"provider": "local_streaming"}, ("local_streaming", {})),
        ("deepgram_streaming", LIVE | {"provider": {"assemblyai_streaming": {"format_turns": True}}}, ("assemblyai_streaming", {"format_turns": True})),
        ("deepgram", LIVE | {"provider": {"name": "meetstream_streaming"}}, ("meetstream_streaming", {})),
        ("deepgram", LIVE | {"provider": "jigsawstack_streaming"}, None),
    ],
)  # fmt: skip
def test_the_provider_is_the_first_that_is_named(transcript: Any, live: Any, expected: Any):
    """Beside the receivers, in the transcript, as the twin of the one there, by the server."""
    sent = {"name": transcript} if isinstance(transcript, str) else transcript
    assert chosen(sent, live) == expected


@pytest.mark.parametrize("default", [name for name in STREAMING_PROVIDERS if name in SERVED_PROVIDERS])
def test_the_server_says_who_works_when_nobody_is_named(default: str):
    """Its setting may be any served streaming provider."""
    assert chosen(None, LIVE, default) == (default, {})
    assert chosen({"local": {}}, LIVE, default) == ("local_streaming", {})


def test_a_server_without_a_default_refuses_as_documented():
    """The message names the receivers that were given, and the providers there are; a twin still works."""
    for live, given in (
        ({"webhook_url": "https://a.example"}, "webhook_url"),
        ({"websocket_url": "wss://a.example"}, "websocket_url"),
        ({"websocket_url": "wss://a.example", "webhook_url": "https://a.example"}, "webhook_url and websocket_url"),
    ):  # fmt: skip
        with pytest.raises(NoLiveProvider) as refused:
            chosen(None, live, "none")
        assert str(refused.value) == (
            f"{given} was provided but no streaming transcription provider was found; name one in "
            "recording_config.transcript.provider: "
            + ", ".join(name for name in STREAMING_PROVIDERS if name != "jigsawstack_streaming")
        )
    assert chosen({"deepgram": {}}, LIVE, "none") == ("deepgram_streaming", {})
    assert chosen(None, None, "none") is None


def test_a_session_knows_the_houses_model_as_the_local_one():
    """Every other provider goes by its own name."""
    for name in STREAMING_PROVIDERS:
        asked = TranscriptRequest.model_validate({"provider": {name: {}}})
        told, options = session_provider(asked)
        assert told == ("local_streaming" if name == "meetstream_streaming" else name)
        assert options == PROVIDERS[told].options().model_dump(mode="json")
