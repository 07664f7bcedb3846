"""Exports of awkward meetings, read by parsers that are not ours: webvtt-py, pysubs2, a CommonMark parser."""

from __future__ import annotations

import html
import io
import json
import re
from datetime import UTC, datetime

import pysubs2
import pytest
import webvtt
from markdown_it import MarkdownIt

from roomtone.speech.assembly import assemble
from roomtone.speech.cues import cues_of
from roomtone.speech.exports import FORMATS
from roomtone.speech.segments import segments_of, turns_of
from roomtone.speech.transcript import Turn, Word

STARTED_AT = datetime(2026, 3, 14, 15, 0, tzinfo=UTC)
RIGHT_TO_LEFT = "\u202bمرحبا"  # noqa: RUF001
NAMES = [
    "Zoë Müller-Łukasz", "محمد علي", "דנה כהן", "李雷", "Ngô Bảo Châu", "🎤 Mic", "O'Brien & Søn <x>",
    "A*B_C`D", "1. Number", "# Head", "a --> b", "NOTE x", "[link](x)", "e\u0301clair", "\u200fשלום",  # noqa: RUF001
]  # fmt: skip


def _spoken(names: list[str], sentences: list[str]) -> tuple[Turn, ...]:
    """Everybody says every sentence, one after the other, some of it at once."""
    heard, at_s = list[Word](), 0.25
    for number in range(len(sentences) * len(names)):
        speaker, said = number % len(names), sentences[number % len(sentences)]
        for word in said.split():
            bare = word.strip(".,!?").lower() or word
            heard.append(Word(bare, at_s, at_s + 0.31, word, 0.9, f"p{speaker}", names[speaker]))
            at_s += 0.33
        at_s += -0.4 if number % 7 == 3 else 0.6
    return assemble(heard)


MEETINGS: dict[str, tuple[Turn, ...]] = {
    "awkward names": _spoken(NAMES, ["Hello, world.", "-->", "*no* <tag> & such", "12", "> quote"]),
    "right to left": _spoken(["محمد", "דנה"], ["مرحبا بالعالم!", "שלום עולם?", "mixed مرحبا 123 text"]),
    "thirty speakers": _spoken([f"Sprecher {n} Ö" for n in range(30)], ["Good morning.", "I agree, entirely."]),
    "without names": assemble([Word("who", 1, 2), Word("knows", 2, 3)]),
    "ids alone": assemble([Word("who", 1, 2, speaker_id="p<1>")]),
    "one word": assemble([Word("yes", 0.0, 0.0, "Yes.", 1.0, "p", "Ada")]),
    "after hours": assemble([Word("late", 99 * 3600.0, 99 * 3600.0 + 1, speaker_id="p", speaker_name="Ada")]),
    "a long turn": assemble([Word(f"word{n}", n * 0.3, n * 0.3 + 0.2, speaker_id="p") for n in range(400)]),
    "a formatting mark": assemble([Word(RIGHT_TO_LEFT, 1, 2, speaker_id="p", speaker_name=RIGHT_TO_LEFT)]),
    "nobody spoke": (),
}  # fmt: skip
meetings = pytest.mark.parametrize("turns", MEETINGS.values(), ids=MEETINGS.keys())


def _said(turns: tuple[Turn, ...]) -> list[tuple[int, int, str, str]]:
    """Every cue: begin, end, name, words."""
    return [(cue.start_ms, cue.end_ms, cue.speaker, cue.text) for cue in cues_of(turns)]


def _ms(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60) * 1000 + float(seconds) * 1000)


@meetings
def test_webvtt_reads_the_vtt(turns: tuple[Turn, ...]):
    """Each cue is at its time, its voice is the speaker, and its words are the words."""
    captions = webvtt.from_buffer(io.StringIO(FORMATS["vtt"].write(turns)))
    read = []
    for caption in captions.captions:
        voice = re.fullmatch(r"<v ([^>]*)>(.*)</v>", caption.raw_text, re.DOTALL)
        assert voice is not None
        read.append((_ms(caption.start), _ms(caption.end), html.unescape(voice[1]), html.unescape(voice[2])))
    assert [(start, end, name, " ".join(said.split())) for start, end, name, said in read] == [
        (start, end, name, " ".join(said.split())) for start, end, name, said in _said(turns)
    ]


@meetings
def test_pysubs2_reads_the_srt(turns: tuple[Turn, ...]):
    """Each cue is at its time and says ``Name: words``; an arrow in a name or a word is made harmless."""
    text = FORMATS["srt"].write(turns)
    read = pysubs2.SSAFile.from_string(text, "srt", keep_unknown_html_tags=True) if text else []
    assert [(line.start, line.end, " ".join(line.plaintext.split())) for line in read] == [
        (start, end, " ".join(f"{name}: {said}".replace("-->", "->").split()))
        for start, end, name, said in _said(turns)
    ]


@meetings
def test_a_markdown_parser_shows_names_and_words_as_they_are(turns: tuple[Turn, ...]):
    """A heading and a paragraph a turn: the name strong, and nothing that was said is taken for a mark."""
    tokens = MarkdownIt().parse(FORMATS["md"].write(turns))
    assert {token.type for token in tokens} <= {
        "heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline",
    }  # fmt: skip
    (heading, *paragraphs) = [token for token in tokens if token.type == "inline"]
    assert heading.content == "Transcript"
    shown = []
    for paragraph in paragraphs:
        parts = paragraph.children or []
        assert {part.type for part in parts} <= {
            "text", "text_special", "strong_open", "strong_close", "hardbreak",
        }  # fmt: skip
        broken = next(n for n, part in enumerate(parts) if part.type == "hardbreak")
        shown.append(("".join(p.content for p in parts[:broken]), "".join(p.content for p in parts[broken:])))
    assert len(shown) == len(turns)
    for (head, said), turn in zip(shown, turns, strict=True):
        assert head.startswith(f"{turn.speaker} (")
        assert said == turn.text


@meetings
def test_text_and_json_say_the_same(turns: tuple[Turn, ...]):
    """A line a turn; and the array is JSON of the documented fields that gives the turns back."""
    lines = FORMATS["txt"].write(turns).splitlines()
    assert [line.partition("] ")[2] for line in lines] == [f"{turn.speaker}: {turn.text}" for turn in turns]
    array = json.loads(json.dumps(segments_of(turns, STARTED_AT)))
    assert [turn.text for turn in turns_of(array)] == [turn.text for turn in turns]
    for form in FORMATS.values():
        form.write(turns).encode("utf-8")
