"""The platform's captions as pieces: growing versions, ends that nobody tells, captions that come again."""

from __future__ import annotations

from roomtone.speech.streaming.captions import CaptionPieces, HeardCaption, SpokenPiece


def told(spoken: list[SpokenPiece]) -> list[tuple[str, str, bool]]:
    """Who, what, and whether it is final."""
    return [(one.participant_id, one.piece.text, one.piece.is_final) for one in spoken]


def heard(caption: str, who: str, text: str, at_s: float, *, final: bool = False) -> HeardCaption:
    """A version."""
    return HeardCaption(caption, who, text, final, at_s, "en")


def test_versions_replace_each_other_until_the_speakers_next_caption():
    """The next one of the same speaker ends it; another speaker's does not."""
    captions = CaptionPieces()
    first = captions.take(heard("1", "ada", "hello", 1.0))
    assert told(first) == [("ada", "hello", False)]
    assert captions.take(heard("1", "ada", "hello", 1.2)) == []
    assert told(captions.take(heard("1", "ada", "hello there", 1.5))) == [("ada", "hello there", False)]
    assert told(captions.take(heard("2", "grace", "hi", 1.6))) == [("grace", "hi", False)]
    assert told(captions.take(heard("3", "ada", "so", 2.0))) == [
        ("ada", "hello there", True),
        ("ada", "so", False),
    ]
    assert captions.take(heard("1", "ada", "hello there again", 2.1)) == []
    assert told(captions.rest()) == [("grace", "hi", True), ("ada", "so", True)]
    assert captions.rest() == []


def test_a_platforms_own_end_and_a_long_pause_are_ends():
    """Each caption is one segment and one utterance, which ends once."""
    captions = CaptionPieces()
    (piece,) = captions.take(heard("1", "ada", "done", 1.0, final=True))
    assert (piece.piece.is_final, piece.piece.ends_utterance, piece.piece.n_final_words) == (True, True, 1)
    captions.take(heard("2", "ada", "wait", 2.0))
    assert captions.settled(6.9) == []
    assert told(captions.settled(7.0)) == [("ada", "wait", True)]


def test_words_were_said_before_they_were_seen():
    """A caption's words lie between its beginning and now."""
    captions = CaptionPieces()
    captions.take(heard("1", "ada", "one", 10.0))
    ((piece),) = captions.take(heard("1", "ada", "one two three four five six", 11.0))
    words = piece.piece.words
    assert words[0].start_s == 10.0
    assert words[-1].end_s == 11.0
    assert [word.text for word in words] == ["one", "two", "three", "four", "five", "six"]
