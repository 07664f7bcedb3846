"""A provider's own words in its refusals."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.speech.cloud.own_words import MOST_CHARACTERS, own_words


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"err_code": "Bad Request", "err_msg": "Bad Request: no audio", "request_id": "u"}, "Bad Request: no audio"),
        ({"category": "INVALID_JSON", "message": "Bad", "details": "At 1", "request_id": "u"}, "Bad; At 1"),
        ({"error": "Authentication error, API token missing"}, "Authentication error, API token missing"),
        ({"error": {"message": "No such model", "type": "x", "param": None, "code": "m"}}, "No such model"),
        ({"detail": [{"loc": ["body"], "msg": "field required"}]}, "field required"),
        ({"error": "cannot load https://cdn.example/upload/secret."}, "cannot load (a link)"),
        ({"error": {"message": "Incorrect API key provided: sk-ab****yz"}}, "Incorrect API key provided: ***"),
        ({"error": "the key k-123456 is\n unknown"}, "the key *** is unknown"),
        ({"code": 7}, ""),
    ],
)  # fmt: skip
def test_the_text_is_found_in_every_shape(body, said):
    """The shapes that the services document, without keys and links."""
    assert own_words(json.dumps(body).encode(), ["k-123456"]) == said


def test_a_page_becomes_a_line():
    """What stands between a service and us answers with pages."""
    page = b"<html><head><title>502 Bad Gateway</title></head>\n<body><h1>nginx</h1></body></html>"
    assert own_words(page) == "502 Bad Gateway nginx"


def test_a_long_answer_is_read_no_further_than_words_go():
    """It is read on the server's own loop; of what was cut the beginning is shown."""
    said = own_words(b'{"error": "no", "rest": [' + b"[]," * 20_000_000)
    assert said.startswith('{"error": "no"')
    assert len(said) <= MOST_CHARACTERS


@given(st.binary(max_size=400) | st.recursive(st.none() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.sampled_from(["error", "message", "detail"]), c)).map(lambda v: json.dumps(v).encode()))  # fmt: skip
def test_anything_becomes_one_short_line(body):
    """Whatever the body is, the words are one bounded line."""
    said = own_words(body, ["", "a"])
    assert len(said) <= MOST_CHARACTERS
    assert said == " ".join(said.split())
