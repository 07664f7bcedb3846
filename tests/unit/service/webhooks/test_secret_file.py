"""The secret's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roomtone.service.data_folder import write_webhook_secret
from roomtone.service.store.webhook_secrets import new_secret
from roomtone.service.webhooks.errors import UnusableSecret
from roomtone.service.webhooks.secret_file import secret_in
from roomtone.service.webhooks.signature import key_of

if TYPE_CHECKING:
    from pathlib import Path


def test_the_secret_is_made_once_and_private(tmp_path: Path):
    """The file holds what receivers are given; only its owner may read it."""
    secret = secret_in(tmp_path)
    path = tmp_path / "webhook.secret"
    assert secret_in(tmp_path) == secret == path.read_text().strip()
    assert len(key_of(secret)) == 32
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_secret_is_named(tmp_path: Path):
    """The message says which file."""
    (tmp_path / "webhook.secret").write_bytes(b"\xffnonsense")
    with pytest.raises(UnusableSecret, match=r"webhook\.secret"):
        secret_in(tmp_path)


def test_another_secret_can_be_put_there(tmp_path: Path):
    """What is written is what is read, for its owner alone, and nothing lies about beside it."""
    secret_in(tmp_path)
    other = new_secret()
    write_webhook_secret(tmp_path, other)
    assert secret_in(tmp_path) == other
    assert [path.name for path in tmp_path.iterdir()] == ["webhook.secret"]
    assert (tmp_path / "webhook.secret").stat().st_mode & 0o777 == 0o600
