"""The measure of transcripts, and what it says of the local engine."""

from __future__ import annotations

import pytest
from tests.acceptance.service.transcripts_bench import hour, rows
from tests.acceptance.service.word_truth import clips_of, distance, in_turn, judge, plain

from roomtone.bot.speaker import Speaker
from roomtone.speech.transcript import Turn, Word

ADA, BOB = Speaker("p1", "Ada"), Speaker("p2", "Bób")


def test_words_are_counted_as_everybody_counts_them():
    """One changed, one missing, one too many; case and punctuation do not count."""
    assert plain("Go, forward! ten_meters don't") == ["go", "forward", "ten", "meters", "don't"]
    assert distance(plain("a b c d"), plain("A x c")) == 2
    assert distance([], plain("one two")) == 2
    assert distance(plain("same words"), plain("Same words.")) == 0


def test_a_wrong_name_and_a_word_out_of_nowhere_are_seen():
    """Two clips; half of the second is under the other's name, and somebody is heard in the pause."""
    clips = [clip for clip in clips_of(None) if clip.path.stem in {"goforward", "something"}]
    meeting = in_turn(clips, [ADA, BOB], 2.0)
    turns = []
    for said in meeting:
        words = plain(said.clip.text)
        each_s = said.clip.length_s / len(words)
        for n, word in enumerate(words):
            at_s = said.at_s + n * each_s
            who = "p1" if said.speaker == BOB and n < 2 else said.speaker.speaker_id
            turns.append(Turn(who, None, (Word(word, at_s, at_s + each_s * 0.9, speaker_id=who),)))
    right = judge(meeting, turns)
    assert (right.n_words, right.n_wrong, right.n_heard, right.n_named) == (9, 0, 9, 7)
    ghost = Turn("p1", None, (Word("boo", 0.1, 0.2, speaker_id="p1"),))
    assert judge(meeting, [ghost, *turns]).n_wrong == 1
    assert judge(meeting, []).error_rate == 1.0


@pytest.mark.slow
async def test_the_local_engine_names_and_knows_words():
    """Every word of separate voices has its name, 95% of those of a mix in turns of 2 s."""
    for row in await rows(None):
        if "separate" in row.name or "alone" in row.name:
            assert row.judged.attribution == 1.0, row.name
        else:
            assert row.judged.attribution >= 0.95, row.name
        assert row.judged.error_rate <= 0.6, row.name


@pytest.mark.slow
def test_an_hour_of_words_takes_little():
    """30 people, 160 words a minute: named, assembled and in every format in 2 s and 200 MB."""
    measured = hour()
    assert measured["words"] > 9000
    assert measured["named_turns"] == measured["turns"]
    assert measured["seconds"] < 2.0
    assert 1 < measured["peak_mb"] < 200
