"""Where everything lies on the sheet, in pixels; pure, so that overlaps can be tested.

From the top: title and figures, the film strip (each picture over its stretch of the time axis), marks, the
time axis, shared screens, a lane for each speaker, the legend, the first turns of the transcript.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roomtone.staging.sheet.model import Sheet

WIDTH = 2000
MARGIN = 40
LABELS = 230
"""Width of the names' column."""
COLUMNS = 10
"""Pictures side by side; the strip has two rows: the beginning and the middle of each stretch."""
FRAME_GAP = 6
FRAME_CAPTION = 22
MARK_ROW = 22
MARK_GAP = 10
"""Least room between two labels of marks in one row."""
FIGURE_HEIGHT = 76
FIGURES_IN_ROW = 10
AXIS_HEIGHT = 34
SHARE_HEIGHT = 34
LANE_HEIGHT = 92
LANE_GAP = 10
LEGEND_HEIGHT = 44
SPOKEN_ROW = 26
SPOKEN_GAP = 16
TITLE_HEIGHT = 96


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; right and bottom are outside."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def overlaps(self, other: Box) -> bool:
        """Whether they share any point."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Axis:
    """Seconds to pixels."""

    from_s: float
    to_s: float
    left: float
    right: float

    def x(self, at_s: float) -> float:
        """Where a moment lies; moments outside lie at the ends."""
        share = (at_s - self.from_s) / max(self.to_s - self.from_s, 1e-9)
        return self.left + min(1.0, max(0.0, share)) * (self.right - self.left)


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """A mark's label: its box, and where its line stands."""

    index: int
    box: Box
    x: float


@dataclass(frozen=True, slots=True)
class Layout:
    """All places of one sheet."""

    height: int
    axis: Axis
    title: Box
    figures: tuple[Box, ...]
    frames: tuple[Box, ...]
    marks: tuple[PlacedLabel, ...]
    axis_box: Box
    shares: Box | None
    lanes: tuple[Box, ...]
    legend: Box
    spoken: tuple[Box, ...] = ()

    @property
    def plot_bottom(self) -> float:
        """Where the lines of marks end."""
        if self.lanes:
            return self.lanes[-1].bottom
        return (self.shares or self.axis_box).bottom


def place_labels(
    positions: Sequence[float], widths: Sequence[float], axis: Axis, top: float
) -> tuple[tuple[PlacedLabel, ...], int]:
    """Labels of marks in as few rows as let none touch another; with the number of rows.

    A label stands right of its line, or left of it where it would leave the plot.
    """
    rows: list[list[Box]] = []
    placed = []
    for index in sorted(range(len(positions)), key=lambda i: positions[i]):
        x, width = positions[index], widths[index]
        left = x + 4 if x + 4 + width <= axis.right else max(axis.left, x - 4 - width)
        row = 0
        while True:
            box_top = top + row * MARK_ROW
            box = Box(left, box_top, left + width, box_top + MARK_ROW - 2)
            grown = Box(box.left - MARK_GAP, box.top, box.right + MARK_GAP, box.bottom)
            if row == len(rows):
                rows.append([])
            if not any(grown.overlaps(other) for other in rows[row]):
                rows[row].append(box)
                placed.append(PlacedLabel(index, box, x))
                break
            row += 1
    return tuple(placed), len(rows)


def lay_out(sheet: Sheet, text_width: Callable[[str], float]) -> Layout:
    """Give everything its place.

    Args:
        sheet: What is shown.
        text_width: Width in pixels of a mark's label.
    """
    left, right = MARGIN + LABELS, WIDTH - MARGIN
    axis = Axis(sheet.from_s, sheet.to_s, left, right)
    title = Box(MARGIN, MARGIN, right, MARGIN + TITLE_HEIGHT)
    figures, y = _figures(len(sheet.figures), title.bottom)
    frames, y = _frames([at_s for at_s, _ in sheet.frames], axis, y)
    marks, n_rows = place_labels(
        [axis.x(mark.at_s) for mark in sheet.marks], [text_width(m.label) for m in sheet.marks], axis, y
    )
    y += n_rows * MARK_ROW + (8 if n_rows else 0)
    axis_box = Box(left, y, right, y + AXIS_HEIGHT)
    y = axis_box.bottom
    shares = None
    if sheet.shares:
        shares = Box(left, y, right, y + SHARE_HEIGHT)
        y = shares.bottom + LANE_GAP
    lanes = []
    for _ in sheet.lanes:
        lanes.append(Box(left, y, right, y + LANE_HEIGHT))
        y += LANE_HEIGHT + LANE_GAP
    legend = Box(left, y + 4, right, y + 4 + LEGEND_HEIGHT)
    y = legend.bottom + SPOKEN_GAP
    spoken = tuple(
        Box(left, y + row * SPOKEN_ROW, right, y + (row + 1) * SPOKEN_ROW) for row in range(len(sheet.spoken))
    )
    height = round((spoken[-1] if spoken else legend).bottom + MARGIN / 2)
    return Layout(height, axis, title, figures, frames, marks, axis_box, shares, tuple(lanes), legend, spoken)


def _figures(n_figures: int, top: float) -> tuple[tuple[Box, ...], float]:
    if not n_figures:
        return (), top + 10
    columns = min(FIGURES_IN_ROW, n_figures)
    gap = 12.0
    width = (WIDTH - 2 * MARGIN - gap * (columns - 1)) / columns
    boxes = []
    for index in range(n_figures):
        row, column = divmod(index, columns)
        x, y = MARGIN + column * (width + gap), top + row * (FIGURE_HEIGHT + gap)
        boxes.append(Box(x, y, x + width, y + FIGURE_HEIGHT))
    return tuple(boxes), boxes[-1].bottom + 28


def _frames(moments_s: Sequence[float], axis: Axis, top: float) -> tuple[tuple[Box, ...], float]:
    if not moments_s:
        return (), top
    pitch = (axis.right - axis.left) / COLUMNS
    width = pitch - FRAME_GAP
    height = width * 9 / 16
    row_height = height + FRAME_CAPTION + FRAME_GAP
    boxes = []
    for at_s in moments_s:
        place = (at_s - axis.from_s) / max(axis.to_s - axis.from_s, 1e-9) * COLUMNS
        column = min(COLUMNS - 1, max(0, int(place)))
        x = axis.left + column * pitch + FRAME_GAP / 2
        y = top + (row_height if place - column >= 0.5 else 0.0)
        boxes.append(Box(x, y, x + width, y + height))
    return tuple(boxes), top + 2 * row_height + 10


def frame_times(from_s: float, to_s: float, recorded_s: float) -> list[float]:
    """The moments of the strip's pictures: the first and the third quarter of each column's stretch.

    Those before the recording and after it are left out.
    """
    step = (to_s - from_s) / COLUMNS
    moments = [from_s + (column + share) * step for column in range(COLUMNS) for share in (0.25, 0.75)]
    return [moment for moment in moments if 0 <= moment < recorded_s]
