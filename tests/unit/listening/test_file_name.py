"""File names from ids of other people's programs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from roomtone.listening.file_name import safe_stem


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_name_is_safe_and_its_own(one, other):
    """A name has no separators, no dots, fits any file system, and different ids get different names."""
    name = safe_stem(one)
    assert name
    assert not set(name) & set("/\\.\0 :")
    assert len(name) <= 110
    assert (safe_stem(other) == name) == (one == other)


def test_an_ordinary_id_stays_readable():
    """Ids of letters, digits, dashes and underscores are their own file names."""
    assert safe_stem("NoSpeaker") == "NoSpeaker"
    assert safe_stem("../../etc/passwd").startswith("______etc_passwd-")
