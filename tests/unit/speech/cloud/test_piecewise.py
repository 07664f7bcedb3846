"""Answers of pieces become those of their track."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from roomtone.speech.cloud.forms import form_body
from roomtone.speech.cloud.joining import Reading
from roomtone.speech.cloud.piecewise import Parts, bare, reading_of
from roomtone.speech.cutting.cutter import Piece
from roomtone.speech.cutting.spans import Span
from roomtone.speech.transcript import Word


def _read(answer: Any, voice_s: tuple[float, float]) -> Reading:
    words = [Word(text, start_s, start_s + 0.5, speaker_id=label) for text, start_s, label in answer["words"]]
    assert voice_s == (0.0, 5.0)
    return Reading(words, answer["language"], answer.get("model"))


def test_words_lie_where_their_pieces_sound_did_and_voices_are_kept_apart():
    """Times are the track's; a label means another voice in each piece; most words tell the language."""
    parts = Parts(
        [
            Piece(Path("1.mp3"), (Span(10.0, 0.0, 2.0), Span(50.0, 2.0, 3.0)), (0.0, 5.0)),
            Piece(Path("2.mp3"), (Span(100.0, 0.0, 5.0),), (0.0, 5.0)),
        ],
        [
            {"words": [["a", 1.0, "A"], ["b", 3.0, None]], "language": "en"},
            {"words": [["c", 4.0, "A"]], "language": "de", "model": "m"},
        ],
    ).as_json()
    reading = reading_of(parts, _read)
    assert [(word.text, word.start_s, word.speaker_id) for word in reading.words] == [
        ("a", 11.0, "A"),
        ("b", 51.0, None),
        ("c", 104.0, "2:A"),
    ]
    assert (reading.language, reading.model) == ("en", "m")


def test_a_single_answer_is_kept_as_it_came():
    """Of several there is a list that says where each belongs."""
    one = Parts([Piece(Path("1.mp3"), (Span(0.0, 0.0, 5.0),), (0.0, 5.0))], [{"text": "hi"}]).as_json()
    assert bare(one) == {"text": "hi"}
    assert bare(two := {"parts": [*one["parts"], *one["parts"]]}) == two
    assert bare([one]) == [one]
    assert bare(None) is None
    assert reading_of(Parts((), ()).as_json(), _read) == Reading([])


async def test_a_form_is_what_servers_expect(tmp_path):
    """Fields in order, then the file under its name; its length is known before it is read."""
    path = tmp_path / "00001.mp3"
    path.write_bytes(b"sound")
    body = form_body([("model", "whisper-1"), ("prompt", "Zoë")], path, 5)
    content = b"".join([piece async for piece in body.pieces()])
    boundary = body.content_type.partition("boundary=")[2]
    assert len(content) == body.total_bytes
    assert content.decode() == (
        f'--{boundary}\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nZoë\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="00001.mp3"\r\n'
        f"Content-Type: audio/mpeg\r\n\r\nsound\r\n--{boundary}--\r\n"
    )
