"""JSON that somebody else made."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.speech.cloud import json_answers
from roomtone.speech.errors import UnreadableAnswer


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"<html>", b"\xff\xfe", b"NaN", b"[Infinity]", b"[1e999]", b"[" * 100_000, b"9" * 5000],
)
def test_what_nobody_means_is_unreadable(body):
    """Pages, infinite numbers, thousands of levels and numbers without end."""
    with pytest.raises(UnreadableAnswer):
        json_answers.parsed(body)


def test_an_answer_of_nothing_but_values_is_unreadable():
    """A few megabytes of empty objects are hundreds in memory, and 64 would be 1.5 GB."""
    with pytest.raises(UnreadableAnswer, match="more values"):
        json_answers.parsed(b"[" + b"{}," * json_answers.MOST_VALUES + b"{}]")


@given(st.binary())
def test_any_body_is_json_or_unreadable(body):
    """Nothing else is raised."""
    with contextlib.suppress(UnreadableAnswer):
        json_answers.parsed(body)


@pytest.mark.parametrize("value", [None, True, "1", [], float("inf"), float("nan"), 10**400])
def test_numbers_are_finite(value):
    """Texts and infinite numbers are no times, and no confidences."""
    with pytest.raises(UnreadableAnswer):
        json_answers.number(value, "start")
    assert json_answers.share(value) is None


@pytest.mark.parametrize("value", [None, "1", 1e300, -1e300, 10**400, json_answers.MOST_S + 1])
def test_times_lie_within_a_recording(value):
    """What is later than any meeting lasts is no time: it could not be told as a date."""
    with pytest.raises(UnreadableAnswer):
        json_answers.seconds(value, "start")
    assert json_answers.seconds(json_answers.MOST_S * 1000, "start", 1000.0) == json_answers.MOST_S


def test_confidences_are_shares():
    """What is out of range is none."""
    assert [json_answers.share(value) for value in (0, 1, 0.5, -0.1, 1.1)] == [0.0, 1.0, 0.5, None, None]
