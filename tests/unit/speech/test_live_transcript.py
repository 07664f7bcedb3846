"""What was recognised while a meeting ran becomes its transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from roomtone.bot.live_transcript_lines import LiveSegment, LiveWord, parse_segment, segment_line
from roomtone.speech.errors import NothingToTranscribe
from roomtone.speech.live_transcript import LiveTranscript, last_versions
from roomtone.speech.port import Recorded

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.speech.transcript import Transcript


def segment(text: str, start_s: float, speaker: str | None = "p1", **more: Any) -> LiveSegment:
    """A segment of words half a second long."""
    words = tuple(
        LiveWord(word=word.lower(), start_s=start_s + n / 2, end_s=start_s + (n + 1) / 2, punctuated=word)
        for n, word in enumerate(text.split())
    )
    end_s = words[-1].end_s if words else start_s
    fields: dict[str, Any] = {"provider": "deepgram_streaming", "model": "nova-2", "language": "en"}
    return LiveSegment(
        speaker_id=speaker, start_s=start_s, end_s=end_s, text=text, words=words, **fields | more
    )


async def transcribed(folder: Path, lines: list[str], **recorded: Any) -> Transcript:
    """The transcript of a file of these lines."""
    path = folder / "transcript_live.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    shares: list[float] = []
    made = await LiveTranscript("deepgram_streaming").transcribe(
        Recorded(live=path, **recorded), {}, folder, shares.append
    )
    assert shares == [1.0]
    return made


async def test_segments_become_turns_with_names(tmp_path: Path):
    """Replaced and withdrawn segments count once or not at all; names are the meeting's last ones."""
    lines = [
        segment_line(segment("Hello all", 1.0, segment_id="1.0", speaker_name="Ada")),
        segment_line(segment("Hello, all.", 1.0, segment_id="1.0", speaker_name="Ada")),
        segment_line(segment("Never", 3.0, segment_id="2.0")),
        segment_line(segment("", 3.0, segment_id="2.0")),
        segment_line(segment("Good evening", 5.0, "p2", speaker_name="Bob")),
        segment_line(segment("Who", 9.0, None)),
        '{"torn": ',
    ]
    made = await transcribed(tmp_path, lines, names={"p2": "Robert"})
    assert [(turn.speaker, turn.text, turn.start_s, turn.end_s) for turn in made.turns] == [
        ("Ada", "Hello, all.", 1.0, 2.0),
        ("Robert", "Good evening", 5.0, 6.0),
        ("Unknown speaker", "Who", 9.0, 9.5),
    ]
    assert (made.provider, made.engine, made.model, made.language) == (
        "deepgram_streaming",
        "deepgram",
        "nova-2",
        "en",
    )
    assert [line["text"] for line in made.raw] == ["Hello, all.", "Good evening", "Who"]


@pytest.mark.parametrize(
    ("provider", "model", "engine"),
    [
        ("local_streaming", "en-us", "pocketsphinx"),
        ("meetstream_streaming", "en-us", "pocketsphinx"),
        ("local_streaming", "whisper-small", "faster-whisper"),
        ("local_streaming", "", "local"),
        ("assemblyai_streaming", "en-us", "assemblyai"),
        ("meeting_captions_streaming", "captions", "meeting_captions"),
    ],
)
async def test_the_engine_is_what_recognised(tmp_path: Path, provider: str, model: str, engine: str):
    """Of the server's own the one that has the model, as in a transcript of the recording."""
    made = await transcribed(tmp_path, [segment_line(segment("Hello", 1.0, provider=provider, model=model))])
    assert (made.engine, made.model) == (engine, model)


async def test_text_without_words_is_spread(tmp_path: Path):
    """A provider that tells no words still has turns with times."""
    lines = [segment_line(LiveSegment(speaker_id="p1", start_s=2, end_s=4, text="one two"))]
    (turn,) = (await transcribed(tmp_path, lines)).turns
    assert ([word.text for word in turn.words], turn.start_s) == (["one", "two"], 2.0)
    assert turn.end_s == pytest.approx(4.0, abs=0.5)


async def test_silence_is_a_transcript_and_no_file_is_none(tmp_path: Path):
    """Nobody spoke: no turns. Nobody listened: an error that says so."""
    assert (await transcribed(tmp_path, [])).turns == ()
    with pytest.raises(NothingToTranscribe, match="while the meeting ran"):
        await LiveTranscript("local_streaming").transcribe(Recorded(), {}, tmp_path, lambda _share: None)


def test_lines_are_read_as_they_were_written():
    """Round trip; what is no line is None."""
    whole = segment("Grüße, שלום", 0.25, segment_id="a", utterance=3)
    assert parse_segment(segment_line(whole)) == whole
    for text in ("", "{}", "[]", "7", '{"start_s": "NaN", "end_s": 1}', '{"start_s": -1, "end_s": 1}'):
        assert parse_segment(text) is None
    assert last_versions([whole, whole.model_copy(update={"words": (), "text": " "})]) == []
