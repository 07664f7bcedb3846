"""Paints a sheet with Pillow, at twice its size and scaled down, so that slanted lines are smooth."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from roomtone.staging.sheet.layout import FRAME_CAPTION, LABELS, MARGIN, WIDTH, Box, Layout, lay_out
from roomtone.staging.sheet.model import LEVEL_STEP_S, Lane, Sheet, time_steps, time_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.staging.sheet.layout import Axis
    from roomtone.staging.sheet.model import Span

SCALE = 2
PAPER, CARD, LINE, INK, SOFT, FAINT = "#faf9f6", "#ffffff", "#dcd9d0", "#23272e", "#6b7079", "#efede6"
GOOD, BAD = "#2e7d4f", "#b3392f"
MARK = "#8a5a00"
SHARE = "#5c6f82"
COLOURS = (
    "#2a6fb0", "#d9722b", "#3c8d5a", "#9a4f96", "#b8860b",
    "#c0475c", "#1f8a8a", "#6a5acd", "#7a6652", "#4f7f1f",
)  # fmt: skip
LOWEST_DBFS = -60.0
SPOKEN_TIME, SPOKEN_NAME = 60, 200
"""Widths of a turn's time and name."""
MAX_TEXT = 400
"""Letters of a text that are looked at at all."""
FONT_FILES = ("DejaVuSans", "NotoSans-Regular", "LiberationSans-Regular", "Arial")
BOLD_FILES = ("DejaVuSans-Bold", "NotoSans-Bold", "LiberationSans-Bold", "Arial Bold")

WIDE_FILES = ("NotoSansCJK-Regular", "NotoSansCJK-Bold")
FIRST_WIDE = "\u2e80"
"""From here on are the letters of East Asia, which the other fonts lack."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@functools.cache
def font(size: int, *, bold: bool = False, wide: bool = False) -> Font:
    """A font of the machine, or Pillow's own where none of the usual ones is installed.

    Args:
        size: Height in the sheet's pixels.
        bold: Whether it is a bold one.
        wide: Whether it has the letters of East Asia, too.
    """
    files = [f"{name}.ttf" for name in (BOLD_FILES if bold else FONT_FILES)]
    if wide:
        files.insert(0, f"{WIDE_FILES[bold]}.ttc")
    for name in files:
        try:
            # The basic layout takes any text; the complex one fails on some that other people type.
            return ImageFont.truetype(name, size * SCALE, layout_engine=ImageFont.Layout.BASIC)
        except OSError:
            continue
    return ImageFont.load_default(size * SCALE)


def font_for(text: str, size: int, *, bold: bool = False) -> Font:
    """A font that has the letters of a text, as far as the machine has one."""
    return font(size, bold=bold, wide=max(text, default="") >= FIRST_WIDE)


class Painter:
    """A canvas addressed in the sheet's own pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width * SCALE, height * SCALE), PAPER)
        self._draw = ImageDraw.Draw(self.image)

    def box(self, box: Box, fill: str | None, outline: str | None = None, radius: float = 0) -> None:
        """A rectangle; one thinner than a pixel is drawn a pixel wide, so that nothing short is lost."""
        right, bottom = max(box.right, box.left + 1), max(box.bottom, box.top + 1)
        corners = [box.left * SCALE, box.top * SCALE, right * SCALE - 1, bottom * SCALE - 1]
        radius = min(radius, (right - box.left) / 2, (bottom - box.top) / 2)
        self._draw.rounded_rectangle(corners, radius * SCALE, fill=fill, outline=outline, width=SCALE)

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float = 1) -> None:
        """A line through points."""
        self._draw.line([(x * SCALE, y * SCALE) for x, y in points], fill=colour, width=round(width * SCALE))

    def area(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """A filled shape."""
        if len(points) > 2:
            self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=colour)

    def text(
        self,
        at: tuple[float, float],
        text: str,
        size: int,
        colour: str = INK,
        *,
        bold: bool = False,
        anchor: str = "la",
    ) -> None:
        """A line of text; ``anchor`` as Pillow's."""
        self._draw.text(
            (at[0] * SCALE, at[1] * SCALE), text, colour, font_for(text, size, bold=bold), anchor=anchor
        )

    def picture(self, box: Box, picture: Image.Image) -> None:
        """A picture, fitted into the box."""
        size = (round(box.width * SCALE), round(box.height * SCALE))
        self.image.paste(
            picture.resize(size, Image.Resampling.LANCZOS), (round(box.left * SCALE), round(box.top * SCALE))
        )


def text_width(text: str, size: int, *, bold: bool = False) -> float:
    """Width of a text in the sheet's pixels."""
    return font_for(text, size, bold=bold).getlength(text) / SCALE


def fitted(text: str, width: float, size: int, *, bold: bool = False) -> str:
    """The text on one line, cut with an ellipsis to fit a width; empty when not even three letters fit."""
    text = " ".join(text[:MAX_TEXT].split())
    if text_width(text, size, bold=bold) <= width:
        return text
    for length in range(len(text) - 1, 2, -1):
        shorter = text[:length].rstrip() + "…"
        if text_width(shorter, size, bold=bold) <= width:
            return shorter
    return ""


def tint(colour: str, share: float) -> str:
    """A colour mixed into the card's white: share 1 is the colour itself."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * share):02x}" for part in parts)


def draw_sheet(sheet: Sheet) -> Image.Image:
    """The picture; ``WIDTH`` pixels wide, as high as it needs to be."""
    layout = lay_out(sheet, lambda label: text_width(label, 14))
    painter = Painter(WIDTH, layout.height)
    _header(painter, sheet, layout)
    _strip(painter, sheet, layout)
    _grid(painter, sheet, layout)
    if layout.shares is not None:
        _shares(painter, sheet, layout.shares, layout.axis)
    for index, (lane, box) in enumerate(zip(sheet.lanes, layout.lanes, strict=True)):
        _lane(painter, lane, box, layout.axis, COLOURS[index % len(COLOURS)])
    _marks(painter, sheet, layout)
    _legend(painter, layout.legend)
    _spoken(painter, sheet, layout)
    return painter.image.resize((WIDTH, layout.height), Image.Resampling.LANCZOS)


def _header(painter: Painter, sheet: Sheet, layout: Layout) -> None:
    box = layout.title
    painter.text((box.left, box.top), fitted(sheet.title, box.width - 420, 34, bold=True), 34, bold=True)
    painter.text((box.left, box.top + 50), fitted(sheet.subtitle, box.width, 18), 18, SOFT)
    if sheet.verdict is not None:
        word, colour = ("as scripted", GOOD) if sheet.verdict else ("not as scripted", BAD)
        width = text_width(word, 20, bold=True) + 36
        pill = Box(box.right - width, box.top, box.right, box.top + 42)
        painter.box(pill, colour, radius=21)
        painter.text((pill.left + width / 2, pill.top + 21), word, 20, "#ffffff", bold=True, anchor="mm")
    for figure, card in zip(sheet.figures, layout.figures, strict=True):
        painter.box(card, CARD, LINE, radius=10)
        inner = card.width - 28
        size = next((n for n in (22, 20, 18, 16) if text_width(figure.value, n, bold=True) <= inner), 14)
        painter.text((card.left + 14, card.top + 11), fitted(figure.label, inner, 13), 13, SOFT)
        middle = (card.left + 14, card.top + 50)
        painter.text(middle, fitted(figure.value, inner, size, bold=True), size, bold=True, anchor="lm")


def _strip(painter: Painter, sheet: Sheet, layout: Layout) -> None:
    for (at_s, picture), box in zip(sheet.frames, layout.frames, strict=True):
        painter.picture(box, picture)
        painter.text(
            (box.left + box.width / 2, box.bottom + FRAME_CAPTION / 2),
            _precise(at_s, sheet),
            13,
            SOFT,
            anchor="mm",
        )
    if layout.frames:
        top = min(box.top for box in layout.frames)
        painter.text((MARGIN, top + 4), "Video", 20, bold=True)


def _precise(at_s: float, sheet: Sheet) -> str:
    return f"{at_s:.1f} s" if sheet.to_s - sheet.from_s < 90 else time_text(at_s)


def _grid(painter: Painter, sheet: Sheet, layout: Layout) -> None:
    box, axis = layout.axis_box, layout.axis
    for lane in layout.lanes:
        painter.box(Box(MARGIN, lane.top, lane.right, lane.bottom), CARD, LINE, radius=8)
    for at_s in time_steps(sheet.from_s, sheet.to_s, 22):
        x = axis.x(at_s)
        painter.line([(x, box.bottom - 6), (x, box.bottom)], SOFT)
        painter.text((x, box.top + 14), time_text(at_s), 14, SOFT, anchor="mm")
        for lane in layout.lanes:
            painter.line([(x, lane.top + 1), (x, lane.bottom - 1)], FAINT)
    painter.line([(box.left, box.bottom), (box.right, box.bottom)], LINE)
    painter.text((MARGIN, box.top + 14), "Time in the recording", 14, SOFT, anchor="lm")


def _shares(painter: Painter, sheet: Sheet, box: Box, axis: Axis) -> None:
    painter.text((MARGIN + 14, box.top + box.height / 2), "Shared screen", 16, bold=True, anchor="lm")
    for span in sheet.shares:
        bar = Box(axis.x(span.from_s), box.top + 7, axis.x(span.to_s), box.bottom - 5)
        painter.box(bar, SHARE, radius=5)
        _inside(painter, bar, span.label, "#ffffff")


def _inside(painter: Painter, bar: Box, label: str, colour: str) -> None:
    text = fitted(label, bar.width - 12, 12)
    if text:
        painter.text((bar.left + 6, bar.top + bar.height / 2), text, 12, colour, anchor="lm")


def _lane(painter: Painter, lane: Lane, box: Box, axis: Axis, colour: str) -> None:
    painter.box(Box(MARGIN, box.top, MARGIN + 6, box.bottom), colour, radius=3)
    painter.text((MARGIN + 18, box.top + 14), fitted(lane.name, LABELS - 30, 18, bold=True), 18, bold=True)
    painter.text((MARGIN + 18, box.top + 44), f"scripted  {_total(lane.scripted)}", 14, SOFT)
    heard = f"heard  {_total(lane.heard)}" if lane.levels is not None else "no live audio"
    painter.text((MARGIN + 18, box.top + 64), heard, 14, SOFT)
    if lane.present is not None:
        present = Box(axis.x(lane.present.from_s), box.top + 2, axis.x(lane.present.to_s), box.bottom - 2)
        painter.box(present, tint(colour, 0.06))
    for span in lane.scripted:
        bar = Box(axis.x(span.from_s), box.top + 8, axis.x(span.to_s), box.top + 29)
        painter.box(bar, tint(colour, 0.16), colour, radius=4)
        _inside(painter, bar, span.label, colour)
    for span in lane.heard:
        painter.box(Box(axis.x(span.from_s), box.top + 33, axis.x(span.to_s), box.top + 45), colour, radius=4)
    if lane.levels is not None:
        _curve(painter, lane, Box(box.left, box.top + 50, box.right, box.bottom - 5), axis, colour)


def _total(spans: tuple[Span, ...]) -> str:
    return f"{sum(span.to_s - span.from_s for span in spans):.1f} s"


def _curve(painter: Painter, lane: Lane, box: Box, axis: Axis, colour: str) -> None:
    """The loudest level in each pixel column, as an area."""
    levels = lane.levels
    if levels is None or not levels.size:
        return
    moments = lane.level_from_s + np.arange(levels.size) * LEVEL_STEP_S
    inside = (moments >= axis.from_s) & (moments <= axis.to_s)
    if not inside.any():
        return
    columns = np.array([int(axis.x(float(at_s))) for at_s in moments[inside]])
    loudest = np.full(round(box.width) + 2, LOWEST_DBFS, np.float32)
    np.maximum.at(loudest, columns - int(box.left), levels[inside])
    used = np.unique(columns)
    shares = np.clip(1 - loudest[used - int(box.left)] / LOWEST_DBFS, 0, 1)
    points = [
        (float(x), box.bottom - float(share) * box.height) for x, share in zip(used, shares, strict=True)
    ]
    painter.area([(points[0][0], box.bottom), *points, (points[-1][0], box.bottom)], tint(colour, 0.45))
    painter.line([(box.left, box.bottom), (box.right, box.bottom)], LINE)


def _marks(painter: Painter, sheet: Sheet, layout: Layout) -> None:
    for placed in layout.marks:
        for top, bottom in (
            (placed.box.top, layout.axis_box.top),
            (layout.axis_box.bottom - 6, layout.plot_bottom),
        ):
            painter.line([(placed.x, top), (placed.x, bottom)], tint(MARK, 0.55))
    for placed in layout.marks:
        plate = Box(placed.box.left - 2, placed.box.top + 1, placed.box.right + 2, placed.box.bottom - 1)
        painter.box(plate, PAPER)
        middle = placed.box.top + placed.box.height / 2
        painter.text((placed.box.left, middle), sheet.marks[placed.index].label, 14, MARK, anchor="lm")
    if layout.marks:
        painter.text((MARGIN, layout.marks[0].box.top + 2), "Events", 20, bold=True)


def _spoken(painter: Painter, sheet: Sheet, layout: Layout) -> None:
    """A line a turn: when, who, what."""
    if layout.spoken:
        painter.text((MARGIN, layout.spoken[0].top + 2), "Transcript", 20, bold=True)
    for turn, box in zip(sheet.spoken, layout.spoken, strict=True):
        middle = box.top + box.height / 2
        painter.text((box.left, middle), time_text(turn.at_s), 15, SOFT, anchor="lm")
        name = fitted(turn.name, SPOKEN_NAME, 15, bold=True)
        painter.text((box.left + SPOKEN_TIME, middle), name, 15, bold=True, anchor="lm")
        x = box.left + SPOKEN_TIME + SPOKEN_NAME + 20
        painter.text((x, middle), fitted(turn.text, box.right - x, 15), 15, anchor="lm")


def _legend(painter: Painter, box: Box) -> None:
    x, middle = box.left, box.top + box.height / 2
    colour = COLOURS[0]
    for kind, words in (
        ("scripted", "what the script lets them say"),
        ("heard", "what arrived of them, live"),
        ("level", f"its level, {LOWEST_DBFS:.0f} to 0 dBFS"),
        ("present", "in the meeting"),
    ):
        sample = Box(x, middle - 8, x + 34, middle + 8)
        if kind == "scripted":
            painter.box(sample, tint(colour, 0.16), colour, radius=4)
        elif kind == "heard":
            painter.box(Box(sample.left, middle - 6, sample.right, middle + 6), colour, radius=4)
        elif kind == "level":
            ridge = [
                (x, middle + 8),
                (x + 8, middle),
                (x + 16, middle - 8),
                (x + 26, middle + 2),
                (x + 34, middle + 8),
            ]
            painter.area(ridge, tint(colour, 0.45))
        else:
            painter.box(sample, tint(colour, 0.1))
        painter.text((x + 44, middle), words, 14, SOFT, anchor="lm")
        x += 44 + text_width(words, 14) + 40
