"""Provider ``openai_compatible`` against a server that speaks OpenAI's API, and those that leave out parts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.providers.asking import (
    ADA,
    BOB,
    TOLD_ONCE,
    TURNS,
    Asking,
    check_words,
    one_track,
    texts,
    two_tracks,
)
from tests.providers.clips import teach, words_of, write_track
from tests.providers.faults import Fault, Faulty
from tests.providers.openai_compatible import KEY, FakeOpenai, Flavour
from tests.providers.serving import serve

from roomtone.speech.accounts import Account
from roomtone.speech.errors import (
    NothingToTranscribe,
    ProviderRefused,
    ProviderUnavailable,
    UnreadableAnswer,
    UnusableAudio,
)
from roomtone.speech.naming import Stretch
from roomtone.speech.openai_compatible.provider import OpenaiCompatibleRecognition
from roomtone.speech.port import Recorded, Track

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class _Server(Asking):
    """The fake, with what was bent of it."""

    fake: FakeOpenai


@pytest.fixture(scope="module")
def cuts(tmp_path_factory) -> Path:
    """See ``Asking``."""
    return Path(tmp_path_factory.mktemp("cuts"))


@pytest.fixture
async def server(cuts) -> AsyncIterator[_Server]:
    """The fake, served; it knows the bundled clips."""
    fake = FakeOpenai()
    teach(fake.ear, TOLD_ONCE)
    faulty = Faulty(fake.app())
    async with serve(faulty) as address:
        asking = _Server(faulty, f"{address}/v1", KEY, OpenaiCompatibleRecognition, cuts)
        asking.fake = fake
        yield asking


@pytest.mark.parametrize(
    "flavour",
    [
        Flavour(),
        Flavour(words="in_segments", key=""),
        Flavour(segments="null", language=None),
    ],
    ids=["openai", "whisper.cpp", "no segments"],
)
async def test_words_have_their_speakers_name_and_their_time_in_the_meeting(server, tmp_path, flavour):
    """Each track's words stand under its speaker's name, punctuated, at their times, from all kinds of servers."""
    server.fake.flavour = flavour
    recorded, one, two = two_tracks(tmp_path)
    made = await server.transcribe(recorded, tmp_path, {"language": "en-GB", "prompt": "Ada"})
    assert texts(made) == TURNS
    check_words(made, "Ada", one, 100.0)
    check_words(made, "Bób", two, 104.0)
    assert (made.provider, made.model, made.language) == ("openai_compatible", "whisper-1", "en")
    form = server.fake.forms[0]
    assert (form["language"], form["prompt"], form["response_format"]) == (["en"], ["Ada"], ["verbose_json"])
    assert [part["speaker_id"] for part in made.raw] == ["p1", "p2"]
    assert made.raw[0]["answer"]["parts"][0]["answer"]["task"] == "transcribe"
    assert server.fake.paid_s < 20, "silence is not paid for"


@pytest.mark.parametrize(
    ("flavour", "options"),
    [
        (Flavour(granularities=False), {}),
        (Flavour(verbose=False), {}),
        (Flavour(words="none", segments="none"), {}),
        (Flavour(), {"model": "gpt-4o-transcribe"}),
        (Flavour(), {"model": "gpt-4o-transcribe-diarize", "prompt": "Ada"}),
    ],
    ids=["no granularities", "old vLLM", "times nowhere", "text alone", "diarizing"],
)
async def test_servers_without_times_of_words_give_utterances_at_their_times(
    server, tmp_path, flavour, options
):
    """What is known as a text alone lies where its utterance lies, each word in its order."""
    server.fake.flavour = flavour
    recorded, one, _ = two_tracks(tmp_path)
    made = await server.transcribe(recorded, tmp_path, options)
    assert texts(made) == TURNS
    for turn, words in ((made.turns[0], one[:4]), (made.turns[2], one[4:])):
        assert turn.start_s == pytest.approx(100.0 + words[0].start_s, abs=0.6)
        assert turn.end_s == pytest.approx(100.0 + words[-1].end_s, abs=0.6)


async def test_what_a_server_cannot_is_not_paid_for_again_after_a_restart(server, tmp_path):
    """That a server tells no times was learned from an answer that was paid for; the next attempt knows it."""
    server.fake.flavour = Flavour(words="none", segments="none", taken_s=3.0)
    recorded = one_track(tmp_path, ("goforward", 1.0), ("something", 6.0), ("numbers", 12.0))
    with pytest.raises(ProviderUnavailable):
        await server.transcribe(recorded, tmp_path)
    before = len(server.fake.forms)
    server.fake.flavour = Flavour(words="none", segments="none")
    made = await server.transcribe(recorded, tmp_path)
    assert [len(turn.words) for turn in made.turns] == [4, 5, 7]
    assert {form["response_format"][0] for form in server.fake.forms[before:]} == {"json"}


async def test_a_mix_is_named_by_the_timeline(server, tmp_path):
    """Words without labels, and words with a provider's labels, get the names of who was speaking."""
    write_track(tmp_path / "mix.mp3", [("goforward", 1.0), ("something", 6.0), ("austen-0880", 12.0)], 20.0)
    timeline = (
        Stretch("p1", "Ada", 1.2, 3.0),
        Stretch("p2", "Bób", 6.2, 9.0),
        Stretch("p1", "Ada", 12.2, 15.0),
    )
    recorded = Recorded((Track(tmp_path / "mix.mp3"),), timeline)
    plain = await server.transcribe(recorded, tmp_path)
    assert texts(plain) == TURNS
    assert plain.raw["task"] == "transcribe", "of a single request the answer as it came"
    labelled = await server.transcribe(recorded, tmp_path, {"model": "gpt-4o-transcribe-diarize"})
    assert texts(labelled) == TURNS
    assert {segment["speaker"] for segment in labelled.raw["segments"]} == {"A", "B"}


async def test_a_long_track_is_cut_and_no_word_is_lost_or_doubled(server, tmp_path):
    """Pieces of twenty seconds hold every word once, in order, at its time; progress never falls."""
    names = ["goforward", "something", "numbers", "austen-0880", "austen-0930"]
    clips = [(names[n * 3 % 5], 1.0 + n * 4.5) for n in range(11)]
    words = write_track(tmp_path / "long.mp3", clips, 55.0)
    recorded = Recorded((Track(tmp_path / "long.mp3", 7.0, ADA),))
    told: list[float] = []
    made = await server.transcribe(recorded, tmp_path, progress=told.append, lengths_s=(20.0,))
    assert server.asked >= 3
    check_words(made, "Ada", words, 7.0)
    assert told == sorted(told)
    assert told[-1] == 1.0


async def test_pieces_that_are_too_large_are_cut_smaller(server, tmp_path):
    """A server that takes less than others gets shorter pieces, until it says no to the shortest."""
    clips = [(name, n * 4.0) for n, name in enumerate(["numbers", "goforward"] * 2)]
    words = write_track(tmp_path / "a.flac", clips, 17.0)
    recorded = Recorded((Track(tmp_path / "a.flac", 0.0, ADA),))
    server.fake.flavour = Flavour(most_bytes=100_000)
    made = await server.transcribe(recorded, tmp_path, lengths_s=(60.0, 9.0))
    check_words(made, "Ada", words)
    server.fake.flavour = Flavour(most_bytes=10_000)
    (tmp_path / "other").mkdir()
    with pytest.raises(ProviderRefused) as refused:
        await server.transcribe(recorded, tmp_path / "other", lengths_s=(60.0, 9.0))
    assert refused.value.status == 413


async def test_what_was_answered_before_a_restart_is_not_paid_for_again(server, tmp_path):
    """After too much on the way only the pieces without an answer are asked for, after the end none."""
    clips = [(name, n * 5.0) for n, name in enumerate(["numbers", "goforward", "something"] * 2)]
    words = write_track(tmp_path / "a.flac", clips, 31.0)
    recorded = Recorded((Track(tmp_path / "a.flac", 0.0, ADA),))
    server.fake.flavour = Flavour(taken_s=10.0)
    with pytest.raises(ProviderUnavailable, match="Rate limit reached"):
        await server.transcribe(recorded, tmp_path, lengths_s=(8.0,))
    paid_s = server.fake.paid_s
    server.fake.flavour = Flavour()
    made = await server.transcribe(recorded, tmp_path, lengths_s=(8.0,))
    check_words(made, "Ada", words)
    parts = made.raw[0]["answer"]["parts"]
    assert len(parts) >= 3
    assert 0 < paid_s < server.fake.paid_s < 31.5, "nothing was paid for twice"
    asked = server.asked
    assert await server.transcribe(recorded, tmp_path, lengths_s=(8.0,)) == made
    assert server.asked == asked


@pytest.mark.parametrize(
    "faults",
    [
        [
            Fault(429, {"error": {"message": "Rate limit reached"}}, {"Retry-After": "7"}),
            Fault(408),
            Fault(409),
        ],
        [
            Fault(500, {"error": {"message": "The server had an error"}}),
            Fault(503, "<html>busy</html>"),
            Fault(0),
        ],
    ],
    ids=["not now", "in trouble"],
)
async def test_passing_troubles_are_waited_out(server, tmp_path, faults):
    """What may be answered later is asked again, after as long as the server asks for."""
    server.faulty.fail(*faults)
    made = await server.transcribe(one_track(tmp_path), tmp_path)
    check_words(made, "Ada", words_of("goforward", 1.0))
    assert server.asked == len(faults) + 1
    if faults[0].status == 429:
        assert server.waits.waited_s[0] == 7.0


async def test_a_trouble_that_stays_is_worth_another_attempt_later(server, tmp_path):
    """After some attempts the error says what the server says, and that it may be tried again."""
    server.faulty.fail(*[Fault(503, {"error": {"message": "Overloaded, try later"}})] * 10)
    with pytest.raises(ProviderUnavailable, match="Overloaded, try later") as failed:
        await server.transcribe(one_track(tmp_path), tmp_path)
    assert failed.value.retryable
    assert server.asked == 4


async def test_a_wrong_key_is_never_tried_again_and_never_shown(server, tmp_path):
    """A key that the server refuses is one request, and an error in its words without the key."""
    key = "sk-wrong-key-1234"
    with pytest.raises(ProviderRefused, match="Incorrect API key provided") as refused:
        await server.transcribe(one_track(tmp_path), tmp_path, key=key)
    assert not refused.value.retryable
    assert server.asked == 1
    assert not any(part in str(refused.value) for part in (key, "sk-w", "1234", "http"))


async def test_money_that_ran_out_is_not_waited_for(server, tmp_path):
    """It comes with the status of too many requests; it is one request, and told in the server's words."""
    server.fake.flavour = Flavour(credit_s=0.0)
    with pytest.raises(ProviderRefused, match="check your plan and billing details") as refused:
        await server.transcribe(one_track(tmp_path), tmp_path)
    assert not refused.value.retryable
    assert server.asked == 1
    assert server.waits.waited_s == []


@pytest.mark.parametrize(
    "account", [None, Account(), Account("k€y", "http://127.0.0.1:1/v1", allow_private=True)]
)
async def test_an_account_that_cannot_be_used_is_told_before_anything_is_asked(tmp_path, account):
    """No account, no key for OpenAI itself, a key of characters that no key has: refused."""
    recorded = Recorded((Track(tmp_path / "a.flac", 0.0, ADA),))
    with pytest.raises(ProviderRefused, match="key"):
        await OpenaiCompatibleRecognition().transcribe(recorded, {}, tmp_path, lambda _: None, account)


async def test_an_answer_that_makes_no_sense_is_told_and_not_kept(server, tmp_path):
    """It was paid for and would be again, so nobody asks by themselves; asked again, it may be better."""
    recorded = one_track(tmp_path)
    for body in ("<html>hello</html>", [1], {"segments": [{"text": "a"}]}):
        server.faulty.fail(Fault(200, body))
        with pytest.raises(UnreadableAnswer) as failed:
            await server.transcribe(recorded, tmp_path)
        assert not failed.value.retryable
    assert len((await server.transcribe(recorded, tmp_path)).turns) == 1


async def test_silence_and_nothing_and_no_sound(server, tmp_path):
    """A silent meeting is an empty transcript without a request; no track and no sound are errors."""
    write_track(tmp_path / "silent.flac", [], 10.0)
    (tmp_path / "broken.webm").write_bytes(b"no sound")
    made = await server.transcribe(Recorded((Track(tmp_path / "silent.flac"),)), tmp_path)
    assert made.turns == ()
    with pytest.raises(NothingToTranscribe):
        await server.transcribe(Recorded(), tmp_path)
    with pytest.raises(UnusableAudio):
        await server.transcribe(Recorded((Track(tmp_path / "broken.webm"),)), tmp_path)
    both = Recorded((Track(tmp_path / "broken.webm", 0.0, BOB), Track(tmp_path / "silent.flac", 0.0, ADA)))
    assert (await server.transcribe(both, tmp_path)).turns == ()
    assert server.asked == 0


async def test_cancelling_leaves_nothing_going_on(server, tmp_path):
    """A transcript that is not wanted any more stops in the middle of a request."""
    server.faulty.fail(Fault(wait_s=60.0))
    await server.begin_and_cancel(one_track(tmp_path), tmp_path)
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("tracks:")] == []


async def test_errors_and_kept_files_hold_no_key(server, tmp_path):
    """Neither what is kept for a restart nor an error has the key in it."""
    await server.transcribe(one_track(tmp_path), tmp_path)
    kept = [path.read_bytes() for path in (tmp_path / "work").rglob("*") if path.is_file()]
    assert any(b'"task"' in content for content in kept)
    assert not any(KEY.encode() in content for content in kept)
    server.faulty.fail(Fault(400, {"error": {"message": f"key {KEY} is odd"}}))
    with pytest.raises(ProviderRefused, match="is odd") as refused:
        await server.transcribe(one_track(tmp_path, start_s=1.0), tmp_path)
    assert KEY not in str(refused.value)
