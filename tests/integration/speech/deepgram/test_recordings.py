"""The provider ``deepgram`` against its fake."""

from __future__ import annotations

import asyncio

import pytest
from tests.providers.deepgram import KEY, FakeDeepgram
from tests.providers.faults import Fault
from tests.providers.script import ScriptedWord, said
from tests.providers.serving import account_at
from tests.providers.sounds import make_sound
from tests.providers.waits import Waits

from roomtone.bot.speaker import Speaker
from roomtone.bot.transcript_options import DeepgramOptions
from roomtone.speech.deepgram.provider import DeepgramRecognition
from roomtone.speech.errors import (
    NothingToTranscribe,
    ProviderRefused,
    ProviderUnavailable,
    UnreadableAnswer,
    UnusableAudio,
)
from roomtone.speech.naming import Stretch
from roomtone.speech.port import Recorded, Track

OPTIONS = DeepgramOptions().model_dump()
ADA, ZOE = Speaker("p1", "Ada"), Speaker("p2", "Zoë")


@pytest.fixture
async def fake():
    """A running fake."""
    async with FakeDeepgram().serving() as running:
        yield running


@pytest.fixture
def waits():
    """Waiting that takes no time."""
    return Waits()


@pytest.fixture
def transcribe(fake, waits, tmp_path):
    """Has the fake transcribe tracks; the work folder stays from call to call."""
    work = tmp_path / "work"
    work.mkdir()

    async def ask(*tracks, options=None, timeline=(), key=KEY, told=None):
        provider = DeepgramRecognition(waits.patience)
        recorded = Recorded(tracks, timeline)
        progress = (told if told is not None else []).append
        return await provider.transcribe(
            recorded, OPTIONS | (options or {}), work, progress, account_at(fake.address, key)
        )

    return ask


async def test_each_speakers_tracks_are_their_words_at_their_places(fake, transcribe, tmp_path):
    """Three tracks of two speakers become turns under their names; nobody is told apart in a single voice."""
    first, second, third = (
        make_sound(tmp_path / f"t{n}.{kind}", 1.0 + n, n) for n, kind in enumerate(("webm", "ogg", "mp3"))
    )
    fake.hearing.learn(first, said("Hello there.", 0.2))
    fake.hearing.learn(second, said("Good morning, Ada!", 0.5))
    fake.hearing.learn(third, said("Bye.", 1.0))
    told: list[float] = []
    made = await transcribe(
        Track(first, 10.0, ADA), Track(second, 11.0, ZOE), Track(third, 60.0, ADA), told=told
    )
    assert [(turn.speaker_id, turn.speaker, turn.text, turn.start_s) for turn in made.turns] == [
        ("p1", "Ada", "Hello there.", 10.2), ("p2", "Zoë", "Good morning, Ada!", 11.5), ("p1", "Ada", "Bye.", 61.0),
    ]  # fmt: skip
    assert [word.text for word in made.turns[1].words] == ["good", "morning", "ada"]
    assert (made.provider, made.engine, made.model, made.language) == (
        "deepgram",
        "deepgram",
        "general-nova-3",
        "en",
    )
    assert sorted(asked.content_type for asked in fake.asked) == ["audio/mpeg", "audio/ogg", "audio/webm"]
    assert all(asked.values("diarize") == asked.values("diarize_model") == [] for asked in fake.asked)
    assert [(one["speaker_id"], one["start_s"]) for one in made.raw] == [
        ("p1", 10.0),
        ("p2", 11.0),
        ("p1", 60.0),
    ]
    assert made.raw[0]["answer"]["results"]["channels"][0]["alternatives"][0]["transcript"] == "Hello there."
    assert told == sorted(told)
    assert told[-1] == 1.0


async def test_a_mix_is_named_by_the_timeline(fake, transcribe, tmp_path):
    """Voices that Deepgram tells apart get the names of who spoke; the raw answer is Deepgram's own."""
    mix = make_sound(tmp_path / "mix.mp3", 8.0)
    fake.hearing.learn(mix, [*said("Hello there.", 0.2, speaker=1), *said("Good morning.", 4.0, speaker=0)])
    timeline = (Stretch("p1", "Ada", 0.4, 1.0), Stretch("p2", "Zoë", 4.2, 5.0))
    made = await transcribe(Track(mix), timeline=timeline)
    assert [(turn.speaker, turn.text) for turn in made.turns] == [
        ("Ada", "Hello there."),
        ("Zoë", "Good morning."),
    ]
    (asked,) = fake.asked
    assert (asked.values("diarize_model"), asked.values("diarize")) == (["latest"], ["true"])
    assert made.raw["metadata"]["diarize_info"]["arch"] == "v2"
    assert {word["speaker"] for part in made.raw["results"]["utterances"] for word in part["words"]} == {0, 1}


async def test_options_go_through(fake, transcribe, tmp_path):
    """Every documented option arrives under Deepgram's own name."""
    path = make_sound(tmp_path / "a.ogg", 1.0)
    fake.hearing.learn(path, said("Hello.", 0.0))
    await transcribe(
        Track(path, 0.0, ADA),
        options={
            "detect_language": True, "keywords": ["Roomtone:2", "a:b"], "search": ["one", "two"], "tag": ["t"],
            "utt_split": 1.25, "numerals": False, "filler_words": True, "paragraphs": False,
        },
    )  # fmt: skip
    (asked,) = fake.asked
    flags = {
        name: asked.values(name)
        for name in ("punctuate", "smart_format", "numerals", "filler_words", "paragraphs", "utterances")
    }
    assert flags == {
        "punctuate": ["true"], "smart_format": ["true"], "numerals": ["false"], "filler_words": ["true"],
        "paragraphs": ["false"], "utterances": ["true"],
    }  # fmt: skip
    assert (asked.values("detect_language"), asked.values("language")) == (["true"], [])
    assert (asked.values("keyterm"), asked.values("keywords")) == (["Roomtone", "a:b"], [])
    assert (asked.values("search"), asked.values("tag"), asked.values("utt_split")) == (
        ["one", "two"],
        ["t"],
        ["1.25"],
    )


async def test_older_models_take_keywords(fake, transcribe, tmp_path):
    """With nova-2 the words to listen for keep their old name and weights; `auto` finds the language out."""
    path = make_sound(tmp_path / "a.ogg", 1.0)
    fake.hearing.learn(path, said("Bonjour.", 0.0))
    fake.language = "fr-CA"
    made = await transcribe(
        Track(path), options={"model": "nova-2", "keywords": ["Roomtone:2"], "language": "auto"}
    )
    assert fake.asked[0].values("keywords") == ["Roomtone:2"]
    assert (made.model, made.language) == ("2-general-nova", "fr-CA")


async def test_silence_is_an_empty_transcript(transcribe, tmp_path):
    """Nobody said anything: no turns and no error."""
    made = await transcribe(Track(make_sound(tmp_path / "a.ogg", 1.0), 0.0, ADA))
    assert made.turns == ()


async def test_no_usable_sound_is_told_and_what_is_usable_is_used(fake, transcribe, tmp_path):
    """Undecodable and empty files are left out while another works; else that is the error, once."""
    good, broken, empty = make_sound(tmp_path / "a.ogg", 1.0), tmp_path / "b.ogg", tmp_path / "c.ogg"
    broken.write_bytes(b"no sound" * 100)
    empty.touch()
    fake.hearing.learn(good, said("Hello.", 0.0))
    made = await transcribe(
        Track(broken, 0.0, ADA), Track(good, 5.0, ZOE), Track(empty, 9.0, ADA), Track(tmp_path / "none")
    )
    assert [(turn.speaker, turn.text) for turn in made.turns] == [("Zoë", "Hello.")]
    assert [one["answer"] is None for one in made.raw] == [True, False, True, True]
    before = len(fake.asked)
    with pytest.raises(UnusableAudio, match="corrupt or unsupported data") as refused:
        await transcribe(Track(broken, 0.0, ADA))
    assert (refused.value.retryable, len(fake.asked)) == (False, before + 1)
    with pytest.raises(NothingToTranscribe):
        await transcribe()


@pytest.mark.parametrize(
    ("setting", "status", "words"),
    [
        ({"has_credit": False}, 402, "credits"),
        ({"forbidden": frozenset({"nova-3"})}, 403, "access to the requested model"),
        ({"most_bytes": 100}, 413, "exceeds the limit"),
    ],
)
async def test_what_will_not_pass_is_told_at_once(fake, waits, transcribe, tmp_path, setting, status, words):
    """No credit, no right, too large: one request, and Deepgram's own words."""
    for name, value in setting.items():
        setattr(fake, name, value)
    with pytest.raises(ProviderRefused, match=words) as refused:
        await transcribe(Track(make_sound(tmp_path / "a.ogg", 1.0), 0.0, ADA))
    assert (refused.value.status, refused.value.retryable) == (status, False)
    assert (len(fake.faulty.requests), waits.waited_s) == (1, [])


async def test_a_wrong_key_is_never_tried_again(fake, waits, transcribe, tmp_path):
    """One request for each track that had begun, none after; the key is not in the error."""
    tracks = [Track(make_sound(tmp_path / f"{n}.ogg", 1.0, n), 0.0, ADA) for n in range(8)]
    with pytest.raises(ProviderRefused, match="Invalid credentials") as refused:
        await transcribe(*tracks, key="a-wrong-key")
    assert refused.value.status == 401
    assert "a-wrong-key" not in str(refused.value)
    assert len(fake.faulty.requests) <= 4
    assert waits.waited_s == []


async def test_bad_parameters_are_told(transcribe, tmp_path):
    """An unknown model is Deepgram's 400, in its own words, and not the sound's fault."""
    with pytest.raises(ProviderRefused, match="No such model/language/tier combination found"):
        await transcribe(Track(make_sound(tmp_path / "a.ogg", 1.0)), options={"model": "nova-99"})


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(429, {"err_code": "TOO_MANY_REQUESTS", "err_msg": "Too many requests."})],
        [Fault(500, {"err_msg": "Internal"}), Fault(503, "<html>busy</html>"), Fault(504, {"err_msg": "Timeout"})],
        [Fault(), Fault(after=True)],
    ],
)  # fmt: skip
async def test_trouble_that_passes_is_waited_for(fake, waits, transcribe, tmp_path, faults):
    """Too many at once, trouble and broken connections are tried again, and the transcript comes."""
    path = make_sound(tmp_path / "a.ogg", 1.0)
    fake.hearing.learn(path, said("Hello.", 0.0))
    fake.faulty.fail(*faults)
    made = await transcribe(Track(path, 0.0, ADA))
    assert made.turns[0].text == "Hello."
    assert len(fake.faulty.requests) == len(faults) + 1
    assert len(waits.waited_s) == len(faults)


async def test_trouble_that_lasts_is_told_as_worth_another_try(fake, transcribe, waits, tmp_path):
    """After four attempts it is given back, with what Deepgram said; ``Retry-After`` was heeded."""
    fake.faulty.fail(
        Fault(429, {"err_msg": "Slow down."}, {"Retry-After": "7"}), *[Fault(503, {"err_msg": "Down."})] * 3
    )
    with pytest.raises(ProviderUnavailable, match="Deepgram answered 503: Down") as refused:
        await transcribe(Track(make_sound(tmp_path / "a.ogg", 1.0)))
    assert refused.value.retryable
    assert (len(fake.faulty.requests), waits.waited_s[0]) == (4, 7.0)


async def test_an_answer_out_of_time_is_tried_again(fake, waits, tmp_path):
    """Deepgram may be silent so long and no longer."""
    fake.faulty.fail(Fault(wait_s=5.0))
    path = make_sound(tmp_path / "a.ogg", 1.0)
    provider = DeepgramRecognition(waits.patience, answer_s=1.0)
    account = account_at(fake.address, KEY)
    made = await provider.transcribe(Recorded((Track(path),)), OPTIONS, tmp_path, lambda _: None, account)
    assert (made.turns, len(fake.faulty.requests)) == ((), 2)


async def test_nonsense_is_no_transcript_and_not_paid_for_twice(fake, transcribe, tmp_path):
    """A page in place of an answer is an error that another attempt would not mend."""
    for body in (
        "<html>hello</html>",
        {"request_id": "only"},
        {"results": {"channels": [{"alternatives": [{"words": [{"word": 1}]}]}]}},
    ):
        fake.faulty.fail(Fault(200, body))
        with pytest.raises(UnreadableAnswer) as refused:
            await transcribe(Track(make_sound(tmp_path / "a.ogg", 1.0)))
        assert not refused.value.retryable


async def test_after_a_restart_only_the_rest_is_asked_for(fake, transcribe, tmp_path):
    """What was answered before the server was killed is not paid for again."""
    tracks = [Track(make_sound(tmp_path / f"{n}.ogg", 1.0 + n, n), 10.0 * n, ADA) for n in range(6)]
    for n, track in enumerate(tracks):
        fake.hearing.learn(track.path, said(f"Number {n}.", 0.0))
    fake.faulty.fail(Fault(wait_s=60.0))
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(transcribe(*tracks), name="first attempt")
        while len(list((tmp_path / "work").glob("*.kept.json"))) < 5:  # noqa: ASYNC110  files tell no event
            await asyncio.sleep(0.01)
        first.cancel()
    made = await transcribe(*tracks)
    assert [turn.text for turn in made.turns] == [f"Number {n}." for n in range(6)]
    assert len(fake.asked) == 6
    assert len({asked.heard.sha256 for asked in fake.asked if asked.heard}) == 6


async def test_after_lasting_trouble_of_one_track_the_others_are_kept(fake, transcribe, tmp_path):
    """What had begun beside a track that fails is finished, and not asked for by the next attempt."""
    tracks = [Track(make_sound(tmp_path / f"{n}.ogg", 1.0, n), 10.0 * n, ADA) for n in range(3)]
    fake.faulty.fail(Fault(503, {"err_msg": "Down."}, {"Retry-After": "3600"}))
    with pytest.raises(ProviderUnavailable):
        await transcribe(*tracks)
    assert len(fake.asked) == 2
    await transcribe(*tracks)
    assert len(fake.asked) == 3


async def test_other_options_are_another_question(fake, transcribe, tmp_path):
    """What was kept answers the very same question alone."""
    path = make_sound(tmp_path / "a.ogg", 1.0)
    fake.hearing.learn(path, said("Hello.", 0.0))
    await transcribe(Track(path))
    await transcribe(Track(path))
    assert len(fake.asked) == 1
    await transcribe(Track(path), options={"model": "nova-2"})
    assert len(fake.asked) == 2


async def test_no_more_than_four_at_a_time(fake, transcribe, tmp_path):
    """Many tracks keep within what a small project may have at a time."""
    fake.most_at_once = 4
    tracks = [Track(make_sound(tmp_path / f"{n}.ogg", 0.5, n), float(n), ADA) for n in range(12)]
    await transcribe(*tracks)
    assert len(fake.faulty.requests) == 12


async def test_without_a_key_nothing_is_asked(fake, tmp_path):
    """No account, and a key that is none, are told before anything is sent."""
    recorded = Recorded((Track(make_sound(tmp_path / "a.ogg", 0.5)),))
    provider = DeepgramRecognition()
    with pytest.raises(ProviderRefused, match="no key"):
        await provider.transcribe(recorded, OPTIONS, tmp_path, lambda _: None)
    with pytest.raises(ProviderRefused, match="401"):
        await provider.transcribe(recorded, OPTIONS, tmp_path, lambda _: None, account_at(fake.address, ""))
    with pytest.raises(ProviderRefused, match="characters"):
        await provider.transcribe(
            recorded, OPTIONS, tmp_path, lambda _: None, account_at(fake.address, "ключ\n")
        )
    assert len(fake.faulty.requests) == 1, "a server of the customer's own may want no key"


async def test_words_of_every_script_and_size_come_through(fake, transcribe, tmp_path):
    """Right-to-left words and emoji stay as they are."""
    path = make_sound(tmp_path / "a.ogg", 3.0)
    fake.hearing.learn(
        path,
        [ScriptedWord("שלום", 0.0, 0.4), ScriptedWord("👩‍👩‍👧", 0.5, 0.9), ScriptedWord("مرحبا", 1.0, 1.4)],
    )
    made = await transcribe(Track(path, 0.0, Speaker("p", "דנה")))
    assert made.turns[0].text == "שלום 👩‍👩‍👧 مرحبا"
