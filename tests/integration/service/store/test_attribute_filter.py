"""Bots by their attributes: what matches, and that the database leaves none of it out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, delete, insert, select

from roomtone.service.store.attribute_filter import AttributeFilter
from roomtone.service.store.tables import bots, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attributes", "text", "matches"),
    [
        ({"a": "sales"}, "sales", True),
        ({"a": "sales"}, '"sales"', True),
        ({"a": "sales"}, "Sales", False),
        ({"a": "sales"}, "sale", False),
        ({"b": "sales"}, "sales", False),
        ({"a": 3}, "3", True),
        ({"a": 3.0}, "3", True),
        ({"a": 3}, "3.0", True),
        ({"a": "3"}, "3", True),
        ({"a": 30}, "3", False),
        ({"a": 0.5}, "0.5", True),
        ({"a": -0.0}, "0", True),
        ({"a": 10**20}, "1e20", True),
        ({"a": True}, "true", True),
        ({"a": True}, "1", False),
        ({"a": 1}, "true", False),
        ({"a": "true"}, "true", True),
        ({"a": None}, "null", True),
        ({}, "null", False),
        ({"a": ""}, "", True),
        ({"a": [1, {"b": True}]}, '[1.0, {"b": true}]', True),
        ({"a": [1, {"b": True}]}, '[1, {"b": 1}]', False),
        ({"a": {"x": 1, "y": 2}}, '{"y":2,"x":1}', True),
        ({"a": {"x": 1}}, '{"x":1,"y":2}', False),
        ({"a": "NaN"}, "NaN", True),
        ({"a": "["}, "[" * 5000, False),
        ({"a": "9" * 5000}, "9" * 5000, True),
    ],
)
def test_values_are_compared_as_json(attributes: dict[str, Any], text: str, matches: bool):
    """Numbers, booleans, null, lists and objects are found by their JSON, texts by themselves too."""
    assert AttributeFilter("a", text).matches(attributes) is matches


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """A database of its own with the table of bots."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['a"b', "a\\b", "100%", "a_b", "ümlaut", "日本", "]", "'", "x" * 2000]
)
_VALUES = st.recursive(
    _WORDS | st.booleans() | st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(_WORDS, _VALUES, min_size=1, max_size=4), st.data())
def test_the_database_finds_whatever_matches(
    connection: Connection, attributes: dict[str, Any], data: st.DataObject
):
    """Each attribute of a stored bot, asked for as JSON or as text, is found, whatever letters are in it."""
    connection.execute(delete(bots))
    request = {"meeting_link": "x", "custom_attributes": attributes, "zoom": {}}
    row = {
        "id": "b",
        "workspace_id": "w",
        "request": request,
        "payload": {},
        "platform": "Zoom",
        "status": "Done",
    }
    times = {"created_at": NOW, "updated_at": NOW}
    connection.execute(insert(bots).values(**row, **times, step="done"))
    name = data.draw(st.sampled_from(sorted(attributes)))
    value = attributes[name]
    texts = [json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)]
    for text in [*texts, value] if isinstance(value, str) else texts:
        asked = AttributeFilter(name, text)
        assert asked.matches(attributes)
        assert connection.execute(select(bots.c.id).where(asked.narrow())).scalar_one() == "b"
