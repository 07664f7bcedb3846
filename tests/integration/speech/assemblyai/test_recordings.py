"""The provider ``assemblyai`` against its fake."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.providers.assemblyai import KEY, FakeAssemblyai
from tests.providers.faults import Fault
from tests.providers.script import said
from tests.providers.serving import account_at
from tests.providers.sounds import make_sound
from tests.providers.waits import Waits

from roomtone.bot.speaker import Speaker
from roomtone.bot.transcript_options import AssemblyaiOptions
from roomtone.speech.assemblyai.provider import AssemblyaiRecognition
from roomtone.speech.errors import (
    NothingToTranscribe,
    ProviderRefused,
    ProviderUnavailable,
    UnreadableAnswer,
    UnusableAudio,
)
from roomtone.speech.naming import Stretch
from roomtone.speech.port import Recorded, Track

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

OPTIONS = AssemblyaiOptions().model_dump()
ADA, ZOE = Speaker("p1", "Ada"), Speaker("p2", "Zoë")
UPLOAD, ORDER = "POST /v2/upload", "POST /v2/transcript"


@pytest.fixture
async def fake():
    """A running fake."""
    async with FakeAssemblyai().serving() as running:
        yield running


@pytest.fixture
def waits():
    """Waiting that takes no time."""
    return Waits()


@pytest.fixture
def work(tmp_path):
    """The transcript's own folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def transcribe(fake, waits, work):
    """Has the fake transcribe tracks; the work folder stays from call to call."""

    async def ask(*tracks, options=None, timeline=(), key=KEY, told=None):
        provider = AssemblyaiRecognition(waits.patience)
        progress = (told if told is not None else []).append
        return await provider.transcribe(
            Recorded(tracks, timeline),
            OPTIONS | (options or {}),
            work,
            progress,
            account_at(fake.address, key),
        )

    return ask


def count(fake: FakeAssemblyai, request: str) -> int:
    """How often something was asked for."""
    return fake.faulty.requests.count(request)


async def test_each_speakers_tracks_are_their_words_at_their_places(fake, waits, transcribe, tmp_path):
    """Two speakers' tracks become turns under their names, and nothing is left at AssemblyAI."""
    first, second = make_sound(tmp_path / "a.webm", 2.0, 1), make_sound(tmp_path / "b.mp3", 3.0, 2)
    fake.hearing.learn(first, said("Hello there.", 0.25))
    fake.hearing.learn(second, said("Good morning, Ada!", 0.5))
    told: list[float] = []
    made = await transcribe(Track(first, 10.0, ADA), Track(second, 12.0, ZOE), told=told)
    assert [(turn.speaker_id, turn.speaker, turn.text, turn.start_s) for turn in made.turns] == [
        ("p1", "Ada", "Hello there.", 10.25), ("p2", "Zoë", "Good morning, Ada!", 12.5),
    ]  # fmt: skip
    assert [(word.text, word.confidence) for word in made.turns[1].words] == [
        ("good", 0.98),
        ("morning", 0.98),
        ("ada", 0.98),
    ]
    assert (made.provider, made.engine, made.model, made.language) == (
        "assemblyai",
        "assemblyai",
        "universal-2",
        "en-US",
    )
    assert [job.order["speaker_labels"] for job in fake.jobs.values()] == [False, False]
    assert [(one["speaker_id"], one["start_s"], one["answer"]["status"]) for one in made.raw] == [
        ("p1", 10.0, "completed"), ("p2", 12.0, "completed"),
    ]  # fmt: skip
    assert set(waits.waited_s) == {3.0}
    assert fake.left == []
    assert told == sorted(told)
    assert told[-1] == 1.0


async def test_a_mix_is_named_by_the_timeline(fake, transcribe, tmp_path):
    """Voices A and B get the names of who spoke; the raw answer is AssemblyAI's own."""
    mix = make_sound(tmp_path / "mix.mp3", 8.0)
    fake.hearing.learn(mix, [*said("Hello there.", 0.2, speaker=1), *said("Good morning.", 4.0, speaker=0)])
    timeline = (Stretch("p1", "Ada", 0.4, 1.0), Stretch("p2", "Zoë", 4.2, 5.0))
    made = await transcribe(Track(mix), timeline=timeline)
    assert [(turn.speaker, turn.text) for turn in made.turns] == [
        ("Ada", "Hello there."),
        ("Zoë", "Good morning."),
    ]
    assert [part["speaker"] for part in made.raw["utterances"]] == ["B", "A"]
    assert fake.left == []


async def test_options_go_through(fake, transcribe, tmp_path):
    """Every documented option arrives under AssemblyAI's own name; what is empty does not."""
    path = make_sound(tmp_path / "a.ogg", 1.0)
    options = {
        "speech_models": ["universal-3-pro", "universal-2"], "language_code": "fr", "keyterms_prompt": ["Roomtone"],
        "redact_pii": True, "filter_profanity": True, "auto_chapters": True, "entity_detection": True, "punctuate": False,
    }  # fmt: skip
    fake.hearing.learn(path, said("Bonjour.", 0.0))
    made = await transcribe(Track(path), options=options)
    (job,) = fake.jobs.values()
    assert {name: job.order[name] for name in options} == options
    assert "person_name" in job.order["redact_pii_policies"]
    assert (made.model, made.language) == ("universal-3-pro", "fr")
    fake.hearing.learn(path, ())
    made = await transcribe(Track(path), options={"language_code": "auto"})
    assert (made.turns, made.language) == ((), None), (
        "of silence no language can be told, which is no failure"
    )
    assert "keyterms_prompt" not in list(fake.jobs.values())[-1].order
    assert fake.left == []


async def test_silence_is_an_empty_transcript(transcribe, tmp_path):
    """Nobody said anything: no turns and no error."""
    assert (await transcribe(Track(make_sound(tmp_path / "a.ogg", 1.0), 0.0, ADA))).turns == ()


async def test_no_usable_sound_is_told_and_what_is_usable_is_used(fake, transcribe, tmp_path):
    """Undecodable and empty files are left out while another works; else that is the error, and it is deleted."""
    good, broken, empty = make_sound(tmp_path / "a.ogg", 1.0), tmp_path / "b.ogg", tmp_path / "c.ogg"
    broken.write_bytes(b"no sound" * 100)
    empty.touch()
    fake.hearing.learn(good, said("Hello.", 0.0))
    made = await transcribe(Track(broken, 0.0, ADA), Track(good, 5.0, ZOE), Track(empty, 9.0, ADA))
    assert [(turn.speaker, turn.text) for turn in made.turns] == [("Zoë", "Hello.")]
    assert [one["answer"] is None for one in made.raw] == [True, False, True]
    with pytest.raises(UnusableAudio, match="does not appear to contain audio") as refused:
        await transcribe(Track(broken, 0.0, ADA))
    assert not refused.value.retryable
    assert fake.left == []
    with pytest.raises(NothingToTranscribe):
        await transcribe()


async def test_a_failed_transcript_is_told_and_deleted(fake, transcribe, tmp_path):
    """What AssemblyAI says of it is in the error; one of two fails, and nothing is left of either."""
    tracks = [Track(make_sound(tmp_path / f"{n}.ogg", 1.0, n), 0.0, ADA) for n in range(2)]
    fake.failing = ["Language xx is not supported by https://x.example/y."]
    fake.jobs_until_done = 2
    with pytest.raises(ProviderRefused, match=r"AssemblyAI made no transcript: .* \(a link\)") as refused:
        await transcribe(*tracks)
    assert not refused.value.retryable
    assert [job.status for job in fake.left] in ([], ["processing"], ["queued"]), (
        "a running one may refuse to go"
    )
    assert len(fake.jobs) == 2
    assert count(fake, UPLOAD) == 2


async def test_their_trouble_is_worth_another_try(fake, transcribe, tmp_path):
    """A transcript that fails for a trouble of theirs is ordered again by the next attempt."""
    track = Track(make_sound(tmp_path / "a.ogg", 1.0), 0.0, ADA)
    fake.hearing.learn(track.path, said("Hello.", 0.0))
    fake.failing = ["Server error, developers have been alerted. Please try again."]
    with pytest.raises(ProviderUnavailable):
        await transcribe(track)
    assert (await transcribe(track)).turns[0].text == "Hello."
    assert len(fake.jobs) == 2
    assert fake.left == []


async def test_a_wrong_key_is_never_tried_again(fake, waits, transcribe, tmp_path):
    """Nothing but the first uploads is asked for; the key is not in the error."""
    tracks = [Track(make_sound(tmp_path / f"{n}.ogg", 1.0, n), 0.0, ADA) for n in range(8)]
    with pytest.raises(ProviderRefused, match="API token missing/invalid") as refused:
        await transcribe(*tracks, key="a-wrong-key")
    assert (refused.value.status, waits.waited_s) == (401, [])
    assert "a-wrong-key" not in str(refused.value)
    assert fake.faulty.requests == [UPLOAD] * len(fake.faulty.requests)
    assert len(fake.faulty.requests) <= 4


async def test_orders_that_make_no_sense_are_told(transcribe, tmp_path):
    """An unknown model is AssemblyAI's 400, in its own words."""
    with pytest.raises(ProviderRefused, match='"speech_models" must be') as refused:
        await transcribe(Track(make_sound(tmp_path / "a.ogg", 1.0)), options={"speech_models": ["best"]})
    assert refused.value.status == 400


async def test_too_large_an_upload_is_told(fake, transcribe, tmp_path):
    """413 is not tried again."""
    fake.most_bytes = 100
    with pytest.raises(ProviderRefused) as refused:
        await transcribe(Track(make_sound(tmp_path / "a.ogg", 1.0)))
    assert (refused.value.status, len(fake.faulty.requests)) == (413, 1)


PASSING = (
    Fault(429, {"error": "Too many requests"}),
    Fault(500, {"error": "Trouble"}),
    Fault(504, "<html>late</html>"),
    Fault(),
)


@pytest.mark.parametrize("on", [UPLOAD, ORDER, "GET", "DELETE"])
async def test_trouble_that_passes_is_waited_for(fake, transcribe, tmp_path, on):
    """At every step two troubles in a row are waited for, and the transcript comes; nothing is left."""
    for n, fault in enumerate(PASSING):
        fake.faulty.requests.clear()
        path = make_sound(tmp_path / f"{n}.ogg", 0.5, n)
        fake.hearing.learn(path, said("Hi.", 0.0))
        fake.faulty.fail(fault, fault, on=on)
        made = await transcribe(Track(path, 0.0, ADA))
        assert made.turns[0].text == "Hi."
        assert fake.left == []
        assert count(fake, UPLOAD) == (3 if on == UPLOAD else 1)
        assert count(fake, ORDER) == (3 if on == ORDER else 1)


async def test_a_copy_that_cannot_be_deleted_harms_nothing(fake, transcribe, tmp_path):
    """The transcript is there all the same, and the next attempt deletes the copy."""
    track = Track(make_sound(tmp_path / "a.ogg", 0.5), 0.0, ADA)
    fake.faulty.fail(*[Fault(500, {"error": "Trouble"})] * 4, on="DELETE")
    await transcribe(track)
    assert len(fake.left) == 1
    await transcribe(track)
    assert fake.left == []
    assert count(fake, ORDER) == 1


async def test_more_than_their_limit_wait_in_their_queue(fake, transcribe, tmp_path):
    """With one at a time at AssemblyAI all come in the end."""
    fake.most_at_once = 1
    tracks = [Track(make_sound(tmp_path / f"{n}.ogg", 0.5 + n / 4, n), 10.0 * n, ADA) for n in range(5)]
    for n, track in enumerate(tracks):
        fake.hearing.learn(track.path, said(f"Number {n}.", 0.0))
    made = await transcribe(*tracks)
    assert [turn.text for turn in made.turns] == [f"Number {n}." for n in range(5)]
    assert fake.left == []


async def _killed_when(condition: Callable[[], bool], work: Coroutine[Any, Any, Any]) -> None:
    """Run something until a condition holds and end it there."""
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(work, name="first attempt")
        while not condition():  # noqa: ASYNC110  files tell no event
            await asyncio.sleep(0.005)
        first.cancel()


async def test_after_a_restart_nothing_is_uploaded_or_ordered_again(fake, transcribe, work, tmp_path):
    """What was ordered before the server was killed is looked at again by its id."""
    tracks = [Track(make_sound(tmp_path / f"{n}.ogg", 1.0 + n, n), 10.0 * n, ADA) for n in range(3)]
    for n, track in enumerate(tracks):
        fake.hearing.learn(track.path, said(f"Number {n}.", 0.0))
    fake.looks_until_done = 1_000_000
    await _killed_when(lambda: _kept(work, "id") == 3, transcribe(*tracks))
    assert len(fake.left) == 3
    fake.looks_until_done = 1
    made = await transcribe(*tracks)
    assert [turn.text for turn in made.turns] == [f"Number {n}." for n in range(3)]
    assert (count(fake, UPLOAD), count(fake, ORDER)) == (3, 3)
    assert fake.left == []
    before = len(fake.faulty.requests)
    assert await transcribe(*tracks) == made
    assert len(fake.faulty.requests) == before, "what was read is kept, and not asked for"


async def test_an_order_whose_answer_was_lost_is_not_made_twice(fake, transcribe, work, tmp_path):
    """The connection breaks, or the server is killed, after the order was taken: it is found by its upload."""
    for n in range(2):
        (tmp_path / str(n)).mkdir()
        track = Track(make_sound(tmp_path / f"{n}" / "a.ogg", 1.0, n), float(n), ADA)
        fake.hearing.learn(track.path, said("Hello.", 0.0))
        before = len(fake.jobs)
        if n == 0:
            fake.faulty.fail(Fault(after=True), on=ORDER)
        else:
            fake.faulty.fail(Fault(after=True), Fault(wait_s=60.0), on=ORDER)
            fake.faulty.fail(*[Fault(500, {"error": "no list"})] * 4, on="GET /v2/transcript")
            await _killed_when(lambda: count(fake, ORDER) == 3, transcribe(track))
            assert _kept(work, "upload_url") == 1
        assert (await transcribe(track)).turns[0].text == "Hello."
        assert len(fake.jobs) == before + 1
        assert fake.left == []


async def test_what_was_uploaded_is_not_uploaded_again_unless_it_is_lost(fake, transcribe, work, tmp_path):
    """Killed between upload and order, the order is made; if the upload is gone by then, all is done anew."""
    track = Track(make_sound(tmp_path / "a.ogg", 1.0), 0.0, ADA)
    fake.hearing.learn(track.path, said("Hello.", 0.0))
    fake.faulty.fail(Fault(wait_s=60.0), on=ORDER)
    await _killed_when(lambda: count(fake, ORDER) == 1, transcribe(track))
    assert _kept(work, "upload_url") == 1
    for path in work.glob("*.kept.json"):
        kept = path.read_bytes()
        assert (await transcribe(track)).turns[0].text == "Hello."
        assert count(fake, UPLOAD) == 1
        path.write_bytes(kept)
    fake.lose_uploads()
    assert (await transcribe(track)).turns[0].text == "Hello."
    assert count(fake, UPLOAD) == 2
    assert fake.left == []


async def test_an_order_that_is_lost_is_made_again(fake, transcribe, work, tmp_path):
    """An id that AssemblyAI no longer knows is as if there were none; a torn file too."""
    track = Track(make_sound(tmp_path / "a.ogg", 1.0), 0.0, ADA)
    fake.hearing.learn(track.path, said("Hello.", 0.0))
    await transcribe(track)
    (path,) = work.glob("*.kept.json")
    for n, kept in enumerate((json.dumps({"id": "gone"}), '{"answ', "[]", json.dumps({"id": 7})), start=2):
        path.write_text(kept)
        assert (await transcribe(track)).turns[0].text == "Hello."
        assert count(fake, ORDER) == n


async def test_what_is_given_up_is_deleted(fake, transcribe, waits, work, tmp_path):
    """Work that is cancelled stays for the next attempt; ``discard`` is for when there will be none."""
    fake.looks_until_done = 1_000_000
    track = Track(make_sound(tmp_path / "a.ogg", 1.0), 0.0, ADA)
    await _killed_when(lambda: _kept(work, "id") == 1, transcribe(track))
    assert len(fake.left) == 1
    provider, account = AssemblyaiRecognition(waits.patience), account_at(fake.address, KEY)
    await provider.discard(work, account)
    assert len(fake.left) == 1, "it is worked on for hours, and that is not waited for"
    before = len(fake.faulty.requests)
    await provider.discard(work, account_at(fake.address, "no-longer-good"))
    assert len(fake.faulty.requests) == before + 1
    fake.looks_until_done = 1
    await provider.discard(work, account)
    assert fake.left == []
    before = len(fake.faulty.requests)
    await provider.discard(work, account)
    assert len(fake.faulty.requests) == before


NONSENSE: tuple[tuple[str, Any], ...] = (
    (UPLOAD, {"url": "x"}), (UPLOAD, "<html>"), (ORDER, {"id": "../../v2/upload"}), (ORDER, []),
    ("GET", {"status": "sleeping"}), ("GET", {"status": "completed", "words": [{"text": "x"}]}), ("GET", "[1"),
)  # fmt: skip


async def test_nonsense_is_an_error_that_is_not_paid_for_twice(fake, transcribe, work, tmp_path):
    """Whatever step answers nonsense: it is told and not tried again."""
    track = Track(make_sound(tmp_path / "a.ogg", 0.5))
    for on, body in NONSENSE:
        fake.faulty.requests.clear()
        fake.faulty.fail(Fault(200, body), on=on)
        with pytest.raises(UnreadableAnswer) as refused:
            await transcribe(track)
        assert not refused.value.retryable
        assert count(fake, ORDER) <= 1
        for path in work.glob("*.kept.json"):
            path.unlink()


def _kept(work: Path, name: str) -> int:
    """How many tracks' work has got so far."""
    found = [json.loads(path.read_bytes()) for path in work.glob("*.kept.json")]
    return sum(name in state for state in found)
