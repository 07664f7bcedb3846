"""The bench's table."""

from __future__ import annotations

from roomtone.staging.bench.rows import Row, as_json, as_markdown, as_text, over

ROWS = [
    Row("audio-only bot", 0.123, 0.046, 401.6, 85.2, 97.4, 0.5),
    Row("usual design", note="skipped: it is missing"),
]


def test_the_table_says_what_was_and_was_not_measured():
    """Figures are rounded for reading and what is not known is a dash, in text and in Markdown."""
    text = as_text(ROWS).splitlines()
    assert text[1].split() == ["audio-only", "bot", "0.12", "0.05", "402", "85", "97", "0.50"]
    assert text[2].endswith("-  skipped: it is missing")
    assert (
        len({line.index("cores") + 5 if "cores" in line else line.rindex("0.12") + 4 for line in text[:2]})
        == 1
    )
    assert "| audio-only bot | 0.12 | 0.05 | 402 | 85 | 97 | 0.50 |  |" in as_markdown(ROWS, "a machine")


def test_programs_get_the_exact_figures():
    """Nothing is rounded in the JSON; what was not measured is null."""
    body = as_json(ROWS, "a machine", 30)
    assert body["rows"][0]["cores"] == 0.123
    assert body["rows"][1]["cores"] is None


def test_what_recording_costs_is_told_over_the_page_that_does_not_record():
    """Cores less cores; a row that was not measured stays without."""
    idle = Row("idle page", 0.1)
    assert over(ROWS[0], idle).over_idle == 0.123 - 0.1
    assert over(ROWS[1], idle) == ROWS[1]
    assert over(ROWS[0], ROWS[1]).over_idle == 0.046
