"""Names of errors in answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.speech.cloud.error_codes import error_codes


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (b'{"error": {"message": "No", "type": "a", "param": null, "code": "b"}}', {"a", "b"}),
        (b'{"error": {"type": "a", "code": null}}', {"a"}),
        (b'{"error": {"type": ["a"], "code": 429}}', set()),
        (b'{"error": "a"}', set()),
        (b'["error"]', set()),
        (b"<html>busy</html>", set()),
        (b'{"error": {"code": "b", "message": "' + b"x" * 20_000 + b'"}}', set()),
    ],
)
def test_they_are_read_where_there_are_some(body, codes):
    """Texts of an error of the known shape, and nothing of another."""
    assert error_codes(body) == codes


@given(st.binary(max_size=200))
def test_no_answer_is_a_trouble(body):
    """Whatever comes, there is a set of texts."""
    assert isinstance(error_codes(body), frozenset)
