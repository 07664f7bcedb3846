"""Live words against what was said: errors, names, and how soon they came."""

from __future__ import annotations

import json

import pytest

from roomtone.staging.live_words import (
    ArrivedWord,
    SaidClip,
    compare_transcript,
    compare_words,
    n_errors,
    read_arrived,
)

ADA = SaidClip("Ada", "a.flac", "Hello there, how are you?", 100.0, 102.0)
GRACE = SaidClip("Grace", "g.flac", None, 101.5, 103.0)


def words(speaker: str, text: str, at_s: float, arrived_s: float, *, final: bool = True) -> list[ArrivedWord]:
    """Words 0.4 s apart that arrived together."""
    return [
        ArrivedWord(speaker, word, at_s + 0.4 * n, arrived_s, final) for n, word in enumerate(text.split())
    ]


def test_errors_names_and_delays_are_counted():
    """One wrong word of five, one under the wrong name; two people at once."""
    arrived = [
        *words("Ada", "hello", 100.1, 100.7, final=False),
        *words("Ada", "hello there now are you", 100.1, 103.2),
        *words("Grace", "hi all", 102.0, 103.9),
        *words("Grace", "lost", 90.0, 104.0),
    ]
    figures = compare_words([ADA, GRACE], arrived)
    assert figures is not None
    assert figures["final_words"] == 8
    assert figures["right_names"] == pytest.approx(7 / 8)
    assert figures["word_error_rate"] == pytest.approx(1 / 5)
    ada, grace = figures["clips"]
    assert (ada["heard"], ada["errors"], ada["words"]) == ("hello there now are you", 1, 5)
    assert (ada["first_after_begin_s"], ada["final_after_end_s"]) == (0.7, 1.2)
    assert (grace["heard"], grace["errors"], grace["final_after_end_s"]) == ("hi all", None, 0.9)
    assert figures["final_after_end_s"]["p50"] == pytest.approx(1.05)


def test_nothing_arrived_is_no_entry_and_a_silent_clip_an_error_for_each_word():
    """A clip of which nothing came is all wrong."""
    assert compare_words([ADA], []) is None
    figures = compare_words([ADA], words("Eve", "what", 50.0, 51.0))
    assert figures is not None
    assert (figures["word_error_rate"], figures["right_names"]) == (1.0, 0.0)
    assert figures["final_after_end_s"] == {"p50": None, "p95": None}


def test_what_the_bot_said_is_in_no_script_and_in_no_figure():
    """Its words are neither right nor wrong; a participant of the same name is judged as any other."""
    arrived = [*words("Ada", "hello there", 100.1, 103.2), *words("Echo", "i record this", 104.0, 106.0)]
    figures = compare_words([ADA], arrived, "Echo")
    assert figures is not None
    assert (figures["final_words"], figures["right_names"]) == (2, 1.0)
    assert compare_words([ADA], words("Echo", "i record this", 104.0, 106.0), "Echo") is None
    namesake = SaidClip("Echo", "e.flac", "Hello", 200.0, 201.0)
    figures = compare_words([ADA, namesake], arrived, "Echo")
    assert figures is not None
    assert (figures["final_words"], figures["right_names"]) == (5, 0.4)


def test_the_bots_turns_are_no_turns_of_the_script():
    """A transcript names them as any other speaker's."""
    turn = {
        "absolute_start_time": "1970-01-01T00:01:40.100Z",
        "start_time": 0.0,
        "words": [{"word": "hello", "start": 0.0, "end": 0.4}],
    }
    figures = compare_transcript([ADA], [turn | {"speaker": "Ada"}, turn | {"speaker": "Echo"}], "Echo")
    assert figures is not None
    assert (figures["turns"], figures["words"], figures["right_names"]) == (1, 1, 1.0)


@pytest.mark.parametrize(
    ("said", "heard", "errors"), [("a b c", "a b c", 0), ("a b c", "a c", 1), ("a", "b a c", 2), ("", "a", 1)]
)
def test_errors_are_the_least_changes(said, heard, errors):
    """Words put in, left out, changed."""
    assert n_errors(said.split(), heard.split()) == errors


def test_a_words_moment_is_that_of_the_recording(tmp_path):
    """The message says when its first word was begun, by the clock and in the recording."""
    message = {
        "timestamp": "1970-01-01T00:16:42.000Z",
        "words": [
            {"word": "Hello,", "start": 2.0, "end": 2.4},
            {"word": "there", "start": 3.0, "end": 3.2},
        ],
        "speakerName": "Ada",
        "is_final": True,
    }
    path = tmp_path / "transcript_live.jsonl"
    empty = message | {"words": [], "timestamp": None}
    path.write_text("".join(json.dumps({"arrived_s": 1005.5, "message": m}) + "\n" for m in (message, empty)))
    arrived = read_arrived(path)
    assert [(word.speaker, word.text, word.arrived_s, word.is_final) for word in arrived] == [
        ("Ada", "hello", 1005.5, True),
        ("Ada", "there", 1005.5, True),
    ]
    assert [word.at_s for word in arrived] == pytest.approx([1002.2, 1003.1])
    assert read_arrived(tmp_path / "none") == []
