"""A transcript in every format, read back by programs that are not ours."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.speech.conftest import words

from roomtone.speech.assembly import assemble
from roomtone.speech.cues import LONGEST_CUE_CHARACTERS, cues_of
from roomtone.speech.exports import FORMATS, to_markdown, to_srt, to_txt, to_vtt
from roomtone.speech.segments import raw_of, segments_of, turns_of
from roomtone.speech.transcript import Transcript, Word

STARTED_AT = datetime(2026, 3, 14, 15, 0, tzinfo=UTC)
SAID = assemble(
    [
        Word("hello", 0.5, 0.9, "Hello,", 0.98, "p1", "Ada"),
        Word("there", 1.0, 1.25, "there.", 0.9, "p1", "Ada"),
        Word("مرحبا", 3661.5, 3662.0, "مرحبا!", None, "p2", "محمد"),
    ]
)


def test_the_array_is_the_documented_one():
    """A segment has the contract's fields, relative and absolute times, and words with a speaker's number."""
    first, second = segments_of(SAID, STARTED_AT)
    assert first == {
        "speaker": "Ada",
        "speaker_id": "p1",
        "transcript": "Hello, there.",
        "start_time": 0.5,
        "end_time": 1.25,
        "absolute_start_time": "2026-03-14T15:00:00.500Z",
        "absolute_end_time": "2026-03-14T15:00:01.250Z",
        "words": [
            {
                "word": "hello",
                "punctuated_word": "Hello,",
                "start": 0.5,
                "end": 0.9,
                "confidence": 0.98,
                "speaker": 0,
                "speaker_confidence": None,
            },
            {
                "word": "there",
                "punctuated_word": "there.",
                "start": 1.0,
                "end": 1.25,
                "confidence": 0.9,
                "speaker": 0,
                "speaker_confidence": None,
            },
        ],
    }
    assert second["absolute_start_time"] == "2026-03-14T16:01:01.500Z"
    assert second["words"][0]["speaker"] == 1


def test_subtitles_name_the_speaker():
    """SRT and VTT in full, hours included."""
    assert to_srt(SAID) == (
        "1\n00:00:00,500 --> 00:00:01,250\nAda: Hello, there.\n\n"
        "2\n01:01:01,500 --> 01:01:02,000\nمحمد: مرحبا!\n\n"
    )
    assert to_vtt(SAID) == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.250\n<v Ada>Hello, there.</v>\n"
        "\n01:01:01.500 --> 01:01:02.000\n<v محمد>مرحبا!</v>\n"
    )


def test_texts_name_the_speaker():
    """Plain text and Markdown in full; what is Markdown's own is escaped."""
    assert to_txt(SAID) == "[00:00:00] Ada: Hello, there.\n[01:01:01] محمد: مرحبا!\n"
    starred = assemble(
        [Word("1.", 0, 1, speaker_id="p", speaker_name="A*b"), Word("<x>", 1, 2, speaker_id="p")]
    )
    assert to_markdown(starred) == "# Transcript\n\n**A\\*b** (00:00:00)  \n1\\. \\<x\\>\n"


def test_nothing_said_is_a_valid_document():
    """An empty meeting has an empty array and empty documents."""
    assert segments_of((), STARTED_AT) == []
    assert {name: form.write(()) for name, form in FORMATS.items()} == {
        "srt": "",
        "vtt": "WEBVTT\n",
        "txt": "",
        "md": "# Transcript\n",
    }


def test_long_speech_is_cut_into_cues_that_fit():
    """A turn of a minute becomes cues of two lines at most, without a word lost."""
    long = assemble([Word(f"word{n}", n * 0.3, n * 0.3 + 0.25, speaker_id="p") for n in range(200)])
    cues = cues_of(long)
    assert all(len(cue.text) <= LONGEST_CUE_CHARACTERS for cue in cues)
    assert all(cue.end_ms - cue.start_ms <= 6000 for cue in cues)
    assert " ".join(cue.text for cue in cues) == long[0].text


def _read_by_ffmpeg(tmp_path, extension: str, text: str) -> list[tuple[float, float]]:
    path = tmp_path / f"words.{extension}"
    path.write_text(text, "utf-8")
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-show_packets", "-of", "json", str(path)],
        capture_output=True,
        check=True,
    )
    packets = json.loads(shown.stdout)["packets"]
    return [(float(p["pts_time"]), float(p["pts_time"]) + float(p["duration_time"])) for p in packets]


@pytest.mark.parametrize(("extension", "write"), [("srt", to_srt), ("vtt", to_vtt)])
def test_ffmpeg_reads_the_subtitles(tmp_path, extension, write):
    """Thirty speakers with awkward names who talk over each other: FFmpeg finds every cue at its time."""
    names = ["Zoë", "محمد", "דנה", "李雷", "A --> B", "<b>&", "1"]
    said = [
        Word(text, n * 0.7, n * 0.7 + 1.0, speaker_id=f"p{n % 30}", speaker_name=names[n % len(names)])
        for n, text in enumerate(["yes", "-->", "<i>", "&", "12", "مرحبا"] * 20)
    ]
    turns = assemble(said)
    read = _read_by_ffmpeg(tmp_path, extension, write(turns))
    expected = [(cue.start_ms / 1000, cue.end_ms / 1000) for cue in cues_of(turns)]
    assert len(read) == len(expected)
    assert sum(read, ()) == pytest.approx(sum(expected, ()), abs=0.0015)


@settings(max_examples=50)
@given(st.lists(words(), max_size=40))
def test_the_stored_array_gives_the_turns_back(heard):
    """Through JSON and back the turns say the same, to the millisecond."""
    turns = assemble(heard)
    stored = json.loads(json.dumps(segments_of(turns, STARTED_AT)))
    again = turns_of(stored)
    assert segments_of(again, STARTED_AT) == stored
    assert [turn.text for turn in again] == [turn.text for turn in turns]


@settings(max_examples=50)
@given(st.lists(words(), max_size=40))
def test_no_words_break_a_format(heard):
    """Whatever was said: cues are separate, have one line, and end after they begin; all is UTF-8."""
    turns = assemble(heard)
    for form in FORMATS.values():
        form.write(turns).encode()
    cues = cues_of(turns)
    assert all(cue.end_ms > cue.start_ms and "\n" not in cue.text for cue in cues)
    blocks = to_srt(turns).split("\n\n")[:-1]
    assert len(blocks) == len(cues)
    assert all(len(block.split("\n")) == 3 and block.count("-->") == 1 for block in blocks)
    assert to_vtt(turns).count("-->") == len(cues)


def test_raw_without_a_provider_of_ones_own_has_the_documented_shape():
    """An engine without an answer of its own gives the documented fields, in milliseconds."""
    raw = raw_of(Transcript(SAID, "local", "pocketsphinx", "en-us", "en-US"), "id", 12.4)
    assert raw["words"][0] == {
        "text": "Hello,",
        "start": 500,
        "end": 900,
        "confidence": 0.98,
        "speaker": "Ada",
    }
    assert (raw["audio_duration"], raw["language_code"], raw["status"]) == (12, "en-US", "completed")
    assert raw["confidence"] == 0.94
    assert raw["utterances"][1]["speaker"] == "محمد"


def test_raw_of_a_provider_is_its_own_answer():
    """What a provider answered is given back untouched."""
    assert raw_of(Transcript((), "deepgram", "deepgram", "nova-3", raw={"results": 1}), "id", None) == {
        "results": 1
    }
