"""Reading what a session wrote down."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot import session_protocol as lines
from roomtone.bot.end_reasons import EndReason
from roomtone.bot.lifecycle import Step
from roomtone.service.nodes.journal import ended_in, read_journal, unrecorded

if TYPE_CHECKING:
    from pathlib import Path

AT = [datetime(2026, 1, 1, 0, 0, second, 123456, tzinfo=UTC) for second in range(5)]
EVENTS = [
    lines.Joining(at=AT[0]),
    lines.InMeeting(at=AT[1]),
    lines.Warned(at=AT[2], code="recorder_fallback", message="m"),
    lines.Leaving(at=AT[3], reason=EndReason.SILENCE),
    lines.Ended(at=AT[4], reason=EndReason.SILENCE, recorded_s=7.0),
]
TEXT = "".join(map(lines.to_line, EVENTS))


def test_no_journal_is_no_event(tmp_path: Path):
    """A folder without a journal, or no folder, tells nothing."""
    assert read_journal(tmp_path) == []
    assert read_journal(tmp_path / "absent") == []


@given(cut=st.integers(0, len(TEXT)))
def test_a_journal_cut_anywhere_gives_its_whole_lines(tmp_path_factory: object, cut: int):
    """What a crash tore off is left out, the rest is read."""
    folder = tmp_path_factory.mktemp("journal")  # type: ignore[attr-defined]
    (folder / lines.JOURNAL_NAME).write_text(TEXT[:cut])
    whole = TEXT[:cut].count("\n")
    assert read_journal(folder)[:whole] == EVENTS[:whole]
    assert len(read_journal(folder)) <= whole + 1


def test_malformed_lines_are_left_out(tmp_path: Path):
    """A line that is no event hides no other."""
    rows = TEXT.splitlines()
    (tmp_path / lines.JOURNAL_NAME).write_bytes(
        "\n".join([rows[0], "{", "\x00\x00", rows[1]]).encode() + b"\n\xff\xfe\n"
    )
    assert read_journal(tmp_path) == EVENTS[:2]


def test_what_is_recorded_is_not_told_again():
    """Only steps that the store lacks come out, in order, without the end and without warnings."""
    told = unrecorded(EVENTS, {(Step.JOINING, AT[0])})
    assert [(h.step, h.at) for h in told] == [(Step.IN_MEETING, AT[1]), (Step.LEAVING, AT[3])]
    again = unrecorded([EVENTS[0], lines.Joining(at=AT[1], attempt=2)], {(Step.JOINING, AT[0])})
    assert [(h.step, h.at) for h in again] == [(Step.JOINING, AT[1])]


def test_the_last_word_counts():
    """The session's own ending is found, or None."""
    assert ended_in(EVENTS) == EVENTS[-1]
    assert ended_in(EVENTS[:-1]) is None
