"""The secret's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roomtone.service.webhooks.errors import UnusableSecret
from roomtone.service.webhooks.secret_file import signing_key
from roomtone.service.webhooks.signature import key_of

if TYPE_CHECKING:
    from pathlib import Path


def test_the_secret_is_made_once_and_private(tmp_path: Path):
    """The file holds what receivers are given; only its owner may read it."""
    key = signing_key(tmp_path)
    path = tmp_path / "webhook.secret"
    assert signing_key(tmp_path) == key == key_of(path.read_text())
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_secret_is_named(tmp_path: Path):
    """The message says which file."""
    (tmp_path / "webhook.secret").write_bytes(b"\xffnonsense")
    with pytest.raises(UnusableSecret, match=r"webhook\.secret"):
        signing_key(tmp_path)
