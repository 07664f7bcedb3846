"""Painting a sheet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from roomtone.staging.sheet.draw import draw_sheet, fitted, font_for, text_width
from roomtone.staging.sheet.layout import WIDTH
from roomtone.staging.sheet.model import Figure, Lane, Mark, Sheet, Span


@pytest.mark.parametrize(("n_speakers", "length_s"), [(0, 0.0), (1, 10.0), (10, 7200.0)])
def test_any_meeting_can_be_drawn(n_speakers, length_s):
    """No speaker, one in ten seconds, ten in two hours: a picture of the full width, with something on it."""
    levels = np.full(max(1, int(length_s / 0.05)), -20, np.float32)
    lanes = tuple(
        Lane(f"Speaker {i}", (Span(0, 1, "clip"),), (Span(0, 1),), levels) for i in range(n_speakers)
    )
    sheet = Sheet("Title", "", True, 0.0, max(1.0, length_s), length_s, lanes, marks=(Mark(0, "joined"),))
    picture = draw_sheet(sheet)
    assert picture.width == WIDTH
    assert len(picture.getcolors(1 << 24) or ()) > 20


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60), st.floats(0, 300))
def test_any_text_fits(text, width):
    """Whatever people call themselves, a fitted text is not wider than its place and has one line."""
    short = fitted(text, width, 14)
    assert text_width(short, 14) <= width or not short
    assert "\n" not in short


@settings(max_examples=10, deadline=None)
@given(st.text(max_size=40))
def test_any_name_can_be_drawn(name):
    """Names in any script, with control characters too, do not break the drawing."""
    sheet = Sheet(
        name, name, False, 0, 5, 5, (Lane(name),), (Span(1, 3, name),), figures=(Figure(name, name),)
    )
    assert draw_sheet(sheet).width == WIDTH


def test_letters_of_east_asia_have_a_font_of_their_own():
    """A name with one such letter is drawn in the font that `./dev` installs for them, others are not."""
    families = [
        str(found.getname()[0])
        for found in (font_for(text, 20) for text in ("Ada 王", "Zoë Ångström", ""))
        if isinstance(found, ImageFont.FreeTypeFont)
    ]
    assert ["CJK" in family for family in families] == [True, False, False]
