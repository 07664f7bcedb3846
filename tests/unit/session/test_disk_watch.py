"""Free space is compared with what is wanted."""

from __future__ import annotations

from pathlib import Path

from roomtone.session.disk_watch import DiskWatch


def test_enough_and_too_little(tmp_path):
    """Nothing wanted never complains; more than any disk has does, with both numbers and the setting."""
    assert DiskWatch(tmp_path, 0).complaint() is None
    complaint = DiskWatch(tmp_path, 10**9).complaint()
    assert complaint is not None
    assert "1000000000 MB" in complaint
    assert "ROOMTONE_MIN_FREE_DISK_MB" in complaint


def test_a_directory_that_is_gone_says_nothing():
    """What cannot be found out ends no stay."""
    assert DiskWatch(Path("/nowhere/at/all"), 10**9).complaint() is None
