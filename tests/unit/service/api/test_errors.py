"""Problems of requests are told in words of the API, not of what checks them."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from roomtone.service.api.errors import sentence


class _Inner(BaseModel):
    url: str


class _Body(BaseModel):
    inner: _Inner
    options: dict[str, str] = {}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"inner": "text"}, "inner: must be an object"),
        ({"inner": {"url": "a"}, "options": []}, "options: must be an object"),
        ({"inner": {}}, "inner.url: is required"),
    ],
)
def test_a_value_of_another_kind_is_told_in_the_words_of_json(body, told):
    """Whoever sends a text for an object reads of an object, and of no class of the server."""
    with pytest.raises(ValidationError) as refused:
        _Body.model_validate(body)
    assert sentence(refused.value.errors()) == told
