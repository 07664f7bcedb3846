"""Names for words of a mix, and what becomes of its utterances where the speaker changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from roomtone.bot.speaker import Speaker
from roomtone.session.capture.model import SILENCE
from roomtone.session.live.transcription.mix_names import MixNames
from roomtone.session.live.transcription.updates import NO_SEGMENT, Update
from roomtone.speech.transcript import Word

ADA, GRACE = Speaker("ada", "Ada"), Speaker("grace", "Grace")
SOUND = np.full(960, 1000, np.int16)


def say(names: MixNames, speaker: Speaker, from_s: float, to_s: float) -> None:
    """Somebody is said to speak."""
    for tick in range(round(from_s * 50), round(to_s * 50)):
        others = {other: SILENCE for other in (ADA, GRACE) if other != speaker}
        names.hear(tick * 960, {speaker: SOUND, **others})


def update(text: str, at_s: float, *, segment: int = 0, final: bool = True, ends: bool = False) -> Update:
    """Words of 0.5 s, one after the other."""
    words = tuple(Word(word, at_s + n * 0.5, at_s + n * 0.5 + 0.4) for n, word in enumerate(text.split()))
    return Update("0-0.0", segment, None, words, text, final, ends, n_final_words=len(words) if final else 0)


def told(updates: list[Update]) -> list[tuple[str, str | None, str, bool]]:
    """Utterance, speaker, text, and whether it ends."""
    return [
        (
            one.utterance,
            None if one.speaker is None else one.speaker.speaker_name,
            one.text,
            one.ends_utterance,
        )
        for one in updates
    ]


def test_an_utterance_is_split_where_the_speaker_changes():
    """Each part is an utterance of its own; the last one ends when the whole does."""
    names = MixNames()
    say(names, ADA, 0, 2.0)
    say(names, GRACE, 2.0, 5.0)
    assert told(names.named(update("a b c d e f", 1.0, final=False))) == [
        ("0-0.0.0", "Ada", "a b", False),
        ("0-0.0.1", "Grace", "c d e f", False),
    ]
    assert told(names.named(update("a b c d e f", 1.0))) == [
        ("0-0.0.0", "Ada", "a b", True),
        ("0-0.0.1", "Grace", "c d e f", False),
    ]


def test_the_next_segment_goes_on_or_ends_what_was_before():
    """By the same speaker it is the same utterance; by another, the one before is over."""
    names = MixNames()
    say(names, ADA, 0, 3.0)
    say(names, GRACE, 3.0, 6.0)
    assert told(names.named(update("a", 0.5))) == [("0-0.0.0", "Ada", "a", False)]
    assert told(names.named(update("b", 2.0, segment=1))) == [("0-0.0.0", "Ada", "b", False)]
    third = names.named(update("c", 4.0, segment=2, ends=True))
    assert told(third) == [("0-0.0.0", None, "", True), ("0-0.0.1", "Grace", "c", True)]
    assert third[0].segment == NO_SEGMENT


def test_final_words_keep_their_names_when_they_are_told_again():
    """With punctuation, or with the end, whatever was learnt of the speakers since."""
    names = MixNames()
    say(names, ADA, 0, 1.2)
    first = names.named(update("a b", 1.0))
    assert {one.speaker for one in first} == {ADA}
    say(names, GRACE, 1.2, 4.0)
    again = names.named(replace(update("a b", 1.0, ends=True), text="A b."))
    assert told(again) == [("0-0.0.0", "Ada", "A b.", True)]
