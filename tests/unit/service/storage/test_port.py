"""Keys of the storage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.service.storage.errors import InvalidKey
from roomtone.service.storage.port import check_key


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        "a//b",
        "/etc/passwd",
        "../a",
        "a/../b",
        "a/..",
        ".hidden",
        "a/.incoming",
        "a\\b",
        "a\0b",
        "a\n",
        "é",
        "a/" * 300 + "a",
        "x" * 201,
    ],
)
def test_what_is_no_key_is_refused(key: str):
    """Nothing that could leave the folder, hide or collide passes as a key."""
    with pytest.raises(InvalidKey):
        check_key(key)


@given(st.text(alphabet="./\\ab\0~$%2e", max_size=20))
def test_a_key_that_passes_has_plain_parts(key: str):
    """Whatever passes consists of parts that are neither empty nor start with a dot."""
    try:
        parts = check_key(key)
    except InvalidKey:
        return
    assert all(part and not part.startswith(".") and "\\" not in part for part in parts)
    assert "/".join(parts) == key
