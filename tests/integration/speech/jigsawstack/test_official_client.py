"""JigsawStack's own client understands the fake's answers and refusals."""

from __future__ import annotations

import asyncio

import jigsawstack
import pytest
from jigsawstack.exceptions import JigsawStackError
from tests.providers.clips import CLIPS, TEXTS, teach
from tests.providers.jigsawstack import KEY, FakeJigsawstack
from tests.providers.serving import serve


async def test_an_answer_and_a_refusal_are_parsed():
    """A file is sent as the client sends it; a wrong key is its own error."""
    fake = FakeJigsawstack()
    teach(fake.ear)
    content = (CLIPS / "goforward.flac").read_bytes()
    async with serve(fake.app()) as address:
        client = jigsawstack.JigsawStack(api_key=KEY, base_url=address)
        told = await asyncio.to_thread(
            client.audio.speech_to_text,
            content,
            {"language": "auto", "by_speaker": True, "word_timestamps": True},
        )
        assert [chunk["text"].strip() for chunk in told["chunks"]] == TEXTS["goforward"].split()
        wrong = jigsawstack.JigsawStack(api_key="wrong", base_url=address)
        with pytest.raises(JigsawStackError):
            await asyncio.to_thread(wrong.audio.speech_to_text, content, {})
    assert fake.asked == [{"language": "auto", "by_speaker": True, "word_timestamps": True}]
