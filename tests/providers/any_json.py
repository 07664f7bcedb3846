"""JSON of every kind, and JSON that is almost what a parser expects."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

NUMBERS = st.one_of(
    st.integers(-5, 5), st.just(10**400), st.floats(allow_nan=False, allow_infinity=False), st.just(-1e308)
)
ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=8), st.just("\ud800")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def json_like(draw: st.DrawFn, good: Any) -> Any:
    """The good answer with up to three of its parts replaced or left out."""
    answer = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        if not isinstance(answer, dict):
            break
        if draw(st.integers(0, 20)) == 0:
            return draw(ANY_JSON)
        _spoil(draw, answer)
    return answer


def _spoil(draw: st.DrawFn, part: Any) -> None:
    """Walk down to some place and change what is there."""
    while True:
        keys: list[Any] = sorted(part) if isinstance(part, dict) else list(range(len(part)))
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        below = part[key]
        if isinstance(below, (dict, list)) and below and draw(st.integers(0, 3)):
            part = below
            continue
        if draw(st.booleans()):
            part[key] = draw(ANY_JSON)
        else:
            del part[key]
        return
