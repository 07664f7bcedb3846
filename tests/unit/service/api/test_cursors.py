"""The cursor of a list."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.bot.errors import InvalidRequest
from roomtone.service.api.cursors import decode_cursor, encode_cursor


@given(st.datetimes(timezones=st.just(UTC)), st.uuids().map(str))
def test_a_cursor_is_read_back(at: datetime, bot_id: str):
    """What was written is read, and is safe in a URL."""
    text = encode_cursor((at, bot_id))
    assert text.replace("-", "").replace("_", "").isalnum()
    assert decode_cursor(text) == (at, bot_id)


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "é",
        "====",
        _encoded(1),
        _encoded([]),
        _encoded(["2026-01-01T00:00:00", "x"]) + "!",
        _encoded([1, "x"]),
        _encoded(["9999-12-31T23:59:59-14:00", "x"]),
        _encoded(["2026-01-01", "x"]),
        _encoded(["2026-W01-1", "x"]),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    ],
)
def test_what_is_no_cursor_is_refused(text: str):
    """Nonsense is an error of the request that names the cursor."""
    with pytest.raises(InvalidRequest, match="cursor"):
        decode_cursor(text)


@given(st.text(max_size=50))
def test_no_text_breaks_the_reading(text: str):
    """Any text is a cursor or a refusal."""
    try:
        decode_cursor(text)
    except InvalidRequest:
        return
