"""What a script plans."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from roomtone.practice.script_parser import parse_script
from roomtone.staging.script_lanes import last_word_s, presence_of, shares_of, speech_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roomtone.staging.sheet.model import Span

FILE = str(Path(__file__))


def spans(found: Iterable[Span]) -> list[tuple[float, float]]:
    """Begin and end of each."""
    return [(span.from_s, span.to_s) for span in found]


def test_speech_is_cut_to_the_time_somebody_is_there():
    """A clip that outlasts its speaker or the meeting ends with them; one before their arrival is not said."""
    says = [{"at_s": 1, "file": FILE}, {"at_s": 8, "file": FILE}, {"at_s": 18, "file": FILE}]
    script = parse_script(
        {"participants": [{"name": "A", "joins_s": 4, "leaves_s": 10, "says": says}]}, Path()
    )
    lengths = {(0, 0): 2.0, (0, 1): 5.0, (0, 2): 5.0}
    assert spans(speech_of(script, 0, lengths, 20)) == [(8, 10)]
    assert spans([presence_of(script, 0, 9)]) == [(4, 9)]
    assert last_word_s(script, lengths) == 23


def test_repetitions_are_all_there():
    """What is said every so many seconds is a span each, until it stops."""
    says = [{"at_s": 1, "file": FILE, "every_s": 4, "to_s": 12}]
    script = parse_script({"participants": [{"name": "A", "says": says}]}, Path())
    assert spans(speech_of(script, 0, {(0, 0): 2.0}, 100)) == [(1, 3), (5, 7), (9, 11)]


def test_shares_end_with_their_owner(tmp_path):
    """A share without an end lasts until its owner leaves."""
    (tmp_path / "slide.png").touch()
    shares = [{"from_s": 2, "file": "slide.png"}]
    script = parse_script({"participants": [{"name": "A", "leaves_s": 10, "shares": shares}]}, tmp_path)
    (span,) = shares_of(script, 30)
    assert (span.from_s, span.to_s, span.label) == (2, 10, "A")
