"""Provider ``sarvam`` against a fake of its API and of the storage behind it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.providers.asking import ADA, TOLD_ONCE, TURNS, Asking, check_words, one_track, texts, two_tracks
from tests.providers.clips import teach, words_of, write_track
from tests.providers.faults import Fault, Faulty
from tests.providers.sarvam import KEY, FakeSarvam
from tests.providers.serving import serve

from roomtone.speech.errors import ProviderRefused, ProviderUnavailable
from roomtone.speech.naming import Stretch
from roomtone.speech.port import Recorded, Track
from roomtone.speech.sarvam.provider import SarvamRecognition

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.providers.script import ScriptedWord

WORD_S = 0.7
"""A phrase's words are spread over it by their letters."""


class _Server(Asking):
    """The fake, with what was bent of it."""

    fake: FakeSarvam


@pytest.fixture(scope="module")
def cuts(tmp_path_factory) -> Path:
    """See ``Asking``."""
    return Path(tmp_path_factory.mktemp("cuts"))


@pytest.fixture
async def server(cuts) -> AsyncIterator[_Server]:
    """The fake, served; it knows the bundled clips."""
    fake = FakeSarvam()
    teach(fake.ear, TOLD_ONCE)
    faulty = Faulty(fake.app())
    async with serve(faulty) as address:
        asking = _Server(faulty, address, KEY, SarvamRecognition, cuts)
        asking.fake = fake
        yield asking


def _long_track(folder: Path) -> tuple[Recorded, tuple[ScriptedWord, ...]]:
    """More than Sarvam takes at once."""
    clips = [(name, n * 6.0) for n, name in enumerate(["goforward", "something", "numbers"] * 2)]
    words = write_track(folder / "long.flac", clips, 37.0)
    return Recorded((Track(folder / "long.flac", 7.0, ADA),)), words


async def test_what_is_short_is_transcribed_at_once(server, tmp_path):
    """Each speaker's few words are one request, and stand under their name at their phrase's time."""
    recorded, one, two = two_tracks(tmp_path)
    made = await server.transcribe(recorded, tmp_path, {"language_code": "en_in", "mode": "transcribe"})
    assert texts(made) == TURNS
    check_words(made, "Ada", one, 100.0, WORD_S)
    check_words(made, "Bób", two, 104.0, WORD_S)
    assert (made.provider, made.model, made.language) == ("sarvam", "saaras:v3", "en-IN")
    assert server.faulty.requests == ["POST /speech-to-text"] * 2


async def test_what_is_long_is_a_job_and_no_word_is_lost(server, tmp_path):
    """A long track goes in pieces through a job and the storage; asked again, nothing is paid for twice."""
    recorded, words = _long_track(tmp_path)
    made = await server.transcribe(recorded, tmp_path, length_s=12.0)
    check_words(made, "Ada", words, 7.0, WORD_S)
    (job,) = server.fake.jobs.values()
    assert len(job.files) >= 3
    assert job.parameters == {
        "model": "saaras:v3",
        "language_code": "unknown",
        "mode": "transcribe",
        "with_timestamps": True,
        "with_diarization": False,
    }
    asked = server.asked
    assert await server.transcribe(recorded, tmp_path, length_s=12.0) == made
    assert server.asked == asked


async def test_a_mix_is_named_by_the_timeline(server, tmp_path):
    """Sarvam's voices get the names of who was speaking."""
    write_track(tmp_path / "mix.mp3", [("goforward", 1.0), ("something", 6.0), ("austen-0880", 12.0)], 20.0)
    timeline = (Stretch("p1", "Ada", 1.2, 3.0), Stretch("p2", "Bób", 6.2, 9.0))
    recorded = Recorded((Track(tmp_path / "mix.mp3"),), timeline)
    made = await server.transcribe(recorded, tmp_path, {"mode": "translate", "with_diarization": True})
    assert texts(made) == TURNS, "the last turn has its name from the voice alone"
    assert made.language == "en"
    assert {entry["speaker_id"] for entry in made.raw["diarized_transcript"]["entries"]} == {"0", "1"}


@pytest.mark.parametrize("broken", ["storage", "start", "status", "download-files"])
async def test_a_job_goes_on_where_it_was_after_a_restart(server, tmp_path, broken):
    """Wherever Sarvam was in trouble for long, the next attempt goes on with the same job."""
    recorded, words = _long_track(tmp_path)
    on = (
        "PUT /storage"
        if broken == "storage"
        else f"{'GET' if broken == 'status' else 'POST'} /speech-to-text/job/v1/"
    )
    on += {"storage": "", "start": "2026-0000/start", "status": "2026-0000/status"}.get(broken, broken)
    server.faulty.fail(*[Fault(503)] * 4, on=on)
    with pytest.raises(ProviderUnavailable):
        await server.transcribe(recorded, tmp_path)
    made = await server.transcribe(recorded, tmp_path)
    check_words(made, "Ada", words, 7.0, WORD_S)
    assert len(server.fake.jobs) == 1
    assert server.fake.paid_s < 38.0


async def test_a_job_that_sarvam_forgot_is_made_anew(server, tmp_path):
    """After a restart that took days there is another job."""
    recorded, words = _long_track(tmp_path)
    server.faulty.fail(*[Fault(503)] * 4, on="GET /speech-to-text/job/v1/2026-0000/status")
    with pytest.raises(ProviderUnavailable):
        await server.transcribe(recorded, tmp_path)
    server.fake.jobs["2026-gone"] = server.fake.jobs.pop("2026-0000")
    check_words(await server.transcribe(recorded, tmp_path), "Ada", words, 7.0, WORD_S)


async def test_files_that_fail_are_told_and_the_others_kept(server, tmp_path):
    """A fault of Sarvam's may be tried again, for that file alone; one of the file's is told in its words."""
    recorded, words = _long_track(tmp_path)
    server.fake.failing = {"00002.mp3": ("Internal Server Error", "GPU fell off")}
    with pytest.raises(ProviderUnavailable, match="GPU fell off"):
        await server.transcribe(recorded, tmp_path, length_s=12.0)
    made = await server.transcribe(recorded, tmp_path, length_s=12.0)
    check_words(made, "Ada", words, 7.0, WORD_S)
    assert list(server.fake.jobs["2026-0001"].files) == ["00002.mp3"]
    (tmp_path / "again").mkdir()
    server.fake.failing = {"00001.mp3": ("API Error", "Language not supported")}
    with pytest.raises(ProviderRefused, match="Language not supported"):
        await server.transcribe(recorded, tmp_path / "again")
    server.fake.failing_jobs = ["No credits left"]
    with pytest.raises(ProviderRefused, match="No credits left"):
        await server.transcribe(recorded, tmp_path / "again")


async def test_a_wrong_key_is_never_tried_again_and_short_troubles_are(server, tmp_path):
    """403 is one request, told in Sarvam's words; 429 is waited out as long as Sarvam asks for."""
    recorded = one_track(tmp_path)
    with pytest.raises(ProviderRefused, match="Invalid or missing API subscription key"):
        await server.transcribe(recorded, tmp_path, key="wrong")
    assert server.asked == 1
    server.faulty.fail(Fault(429, {"error": {"message": "slow"}}, {"Retry-After": "2"}), Fault(0))
    check_words(await server.transcribe(recorded, tmp_path), "Ada", words_of("goforward", 1.0), 0.0, WORD_S)
    assert server.waits.waited_s[0] == 2.0


async def test_a_silent_meeting_is_an_empty_transcript(server, tmp_path):
    """Nobody is asked about silence, neither at once nor by a job."""
    write_track(tmp_path / "silent.flac", [], 6.0)
    made = await server.transcribe(Recorded((Track(tmp_path / "silent.flac"),)), tmp_path)
    assert (made.turns, server.asked) == ((), 0)
