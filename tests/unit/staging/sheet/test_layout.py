"""Where everything lies on a sheet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from roomtone.staging.sheet.layout import MARGIN, WIDTH, Axis, frame_times, lay_out, place_labels
from roomtone.staging.sheet.model import Figure, Lane, Mark, Sheet, Span, Spoken, time_steps

LEFT, RIGHT = 270.0, 1960.0


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(5, 400)), max_size=25))
def test_labels_never_touch(marks):
    """However many marks fall together, no two labels overlap and none leaves the plot."""
    axis = Axis(0, 1, LEFT, RIGHT)
    placed, _ = place_labels([axis.x(at) for at, _ in marks], [width for _, width in marks], axis, 100)
    assert sorted(label.index for label in placed) == list(range(len(marks)))
    for number, label in enumerate(placed):
        assert label.box.left >= LEFT
        assert label.box.right <= RIGHT + 1e-6
        assert not any(label.box.overlaps(other.box) for other in placed[:number])


sheets = st.builds(
    lambda n_lanes, length_s, n_marks, n_figures, video, shares, n_spoken: Sheet(
        "t", "s", None, -3.0, length_s + 4, length_s,
        lanes=tuple(Lane(str(i)) for i in range(n_lanes)),
        shares=(Span(0, 1),) if shares else (),
        marks=tuple(Mark(i * length_s / 10, "something") for i in range(n_marks)),
        figures=tuple(Figure("a", "b") for _ in range(n_figures)),
        frames=[(t, None) for t in frame_times(-3.0, length_s + 4, length_s)] if video else [],  # type: ignore[misc]
        spoken=tuple(Spoken(float(i), "n", "words") for i in range(n_spoken)),
    ),
    st.integers(0, 12), st.floats(1, 7200), st.integers(0, 12), st.integers(0, 12), st.booleans(), st.booleans(),
    st.integers(0, 12),
)  # fmt: skip


@given(sheets)
def test_nothing_lies_on_anything_else(sheet):
    """For any number of speakers, marks, figures and any length, with video or without: no two parts overlap."""
    layout = lay_out(sheet, lambda text: 8.0 * len(text))
    parts = [layout.title, *layout.figures, *layout.frames, *(m.box for m in layout.marks), layout.axis_box]
    parts += [*layout.lanes, layout.legend, *layout.spoken, *([layout.shares] if layout.shares else [])]
    for number, part in enumerate(parts):
        assert part.left >= MARGIN
        assert part.right <= WIDTH - MARGIN + 1e-6
        assert part.bottom <= layout.height
        assert not any(part.overlaps(other) for other in parts[:number])


@given(st.floats(-10, 0), st.floats(1, 8000))
def test_an_axis_has_few_round_moments(from_s, length_s):
    """The axis has at most as many ticks as fit, rising, within it."""
    steps = time_steps(from_s, from_s + length_s, 22)
    assert 0 < len(steps) <= 22
    assert steps == sorted(steps)
    assert from_s <= steps[0]
    assert steps[-1] <= from_s + length_s + 1e-6
