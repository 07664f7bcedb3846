"""How staging's own server is started."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from roomtone.staging.server_process import server_environment, url_in


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("Roomtone listens on http://127.0.0.1:8700", "http://127.0.0.1:8700"),
        ('{"event":"server.started","url":"http://127.0.0.1:1"}', "http://127.0.0.1:1"),
        ("Ready (http://[::1]:99).", "http://[::1]:99"),
        ("nothing here", None),
    ],
)
def test_the_address_is_found_in_what_the_server_prints(line, url):
    """A sentence or a line of JSON, the address is taken out of it."""
    assert url_in(line) == url


def test_the_machines_own_server_is_never_touched():
    """Its database is not used, its data folder is replaced, its browser flags are kept and added to."""
    ours = {
        "ROOMTONE_DATABASE_URL": "postgresql://production",
        "ROOMTONE_DATA_DIR": "/var/lib/roomtone",
        "ROOMTONE_CHROMIUM_ARGS": '["--a"]',
        "PATH": "/bin",
    }
    environment = server_environment(Path("/tmp/x"), ("--b",), ours)
    assert "ROOMTONE_DATABASE_URL" not in environment
    assert environment["ROOMTONE_DATA_DIR"] == "/tmp/x"
    assert json.loads(environment["ROOMTONE_CHROMIUM_ARGS"]) == ["--a", "--b"]
    assert environment["PATH"] == "/bin"
