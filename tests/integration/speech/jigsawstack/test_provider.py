"""Provider ``jigsawstack`` against a fake of its API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.providers.asking import TOLD_ONCE, TURNS, Asking, check_words, one_track, texts, two_tracks
from tests.providers.clips import teach, words_of, write_track
from tests.providers.faults import Fault, Faulty
from tests.providers.jigsawstack import KEY, FakeJigsawstack
from tests.providers.serving import serve

from roomtone.speech.errors import ProviderRefused, ProviderUnavailable, UnreadableAnswer
from roomtone.speech.jigsawstack.provider import JigsawstackRecognition
from roomtone.speech.naming import Stretch
from roomtone.speech.port import Recorded, Track

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class _Server(Asking):
    """The fake, with what was bent of it."""

    fake: FakeJigsawstack


@pytest.fixture(scope="module")
def cuts(tmp_path_factory) -> Path:
    """See ``Asking``."""
    return Path(tmp_path_factory.mktemp("cuts"))


@pytest.fixture
async def server(cuts) -> AsyncIterator[_Server]:
    """The fake, served; it knows the bundled clips."""
    fake = FakeJigsawstack()
    teach(fake.ear, TOLD_ONCE)
    faulty = Faulty(fake.app())
    async with serve(faulty) as address:
        asking = _Server(faulty, address, KEY, JigsawstackRecognition, cuts)
        asking.fake = fake
        yield asking


async def test_words_have_their_speakers_name_and_their_time_in_the_meeting(server, tmp_path):
    """Each track's words stand under its speaker's name, at their times; options reach the service."""
    recorded, one, two = two_tracks(tmp_path)
    made = await server.transcribe(recorded, tmp_path, {"language": "auto", "translate": False})
    assert texts(made) == TURNS
    check_words(made, "Ada", one, 100.0)
    check_words(made, "Bób", two, 104.0)
    assert (made.provider, made.language) == ("jigsawstack", "en")
    own = {"language": "auto", "translate": False, "by_speaker": False, "word_timestamps": True}
    assert server.fake.asked == [own, own]
    assert await server.transcribe(recorded, tmp_path, {"language": "auto", "translate": False}) == made
    assert server.asked == 2, "nothing is paid for twice"


@pytest.mark.parametrize("labels", ["chunks", "speakers"])
async def test_a_mix_is_named_by_the_timeline(server, tmp_path, labels):
    """The service's labels, wherever they stand, get the names of who was speaking; without words' times too."""
    server.fake.labels, server.fake.knows_words = labels, labels == "chunks"
    write_track(tmp_path / "mix.mp3", [("goforward", 1.0), ("something", 6.0), ("austen-0880", 12.0)], 20.0)
    timeline = (Stretch("p1", "Ada", 1.2, 3.0), Stretch("p2", "Bób", 6.2, 9.0))
    made = await server.transcribe(
        Recorded((Track(tmp_path / "mix.mp3"),), timeline), tmp_path, {"language": "en_GB"}
    )
    assert texts(made) == TURNS, "the last turn has its name from the voice alone"
    assert (made.raw["success"], made.language) == (True, "en-GB")
    assert server.fake.asked[-1]["by_speaker"]


async def test_troubles_that_pass_are_waited_out_and_others_told(server, tmp_path):
    """429 and 5xx are asked again; a failure with status 200 and a wrong key are told in the service's words."""
    recorded = one_track(tmp_path)
    server.faulty.fail(Fault(429, {"success": False, "message": "Slow down"}, {"Retry-After": "3"}), Fault(0))
    check_words(await server.transcribe(recorded, tmp_path), "Ada", words_of("goforward", 1.0))
    assert server.waits.waited_s[0] == 3.0
    (tmp_path / "again").mkdir()
    server.faulty.fail(Fault(200, {"success": False, "message": "No speech model today"}))
    with pytest.raises(ProviderRefused, match="No speech model today"):
        await server.transcribe(recorded, tmp_path / "again")
    asked = server.asked
    with pytest.raises(ProviderRefused, match="401: Invalid API key"):
        await server.transcribe(recorded, tmp_path / "again", key="wrong")
    assert server.asked == asked + 1
    server.faulty.fail(*[Fault(502)] * 4)
    with pytest.raises(ProviderUnavailable):
        await server.transcribe(recorded, tmp_path / "again")
    server.faulty.fail(Fault(200, {"success": True, "text": "words without times"}))
    with pytest.raises(UnreadableAnswer):
        await server.transcribe(recorded, tmp_path / "again")


async def test_a_silent_meeting_is_an_empty_transcript(server, tmp_path):
    """Nobody is asked about silence."""
    write_track(tmp_path / "silent.flac", [], 6.0)
    made = await server.transcribe(Recorded((Track(tmp_path / "silent.flac"),)), tmp_path)
    assert (made.turns, server.asked) == ((), 0)
