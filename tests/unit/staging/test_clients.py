"""Which process holds a client's meeting."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from roomtone.practice.script import Client
from roomtone.staging.clients import CLIENTS, SOURCE_TREE, staged_client
from roomtone.staging.errors import NoStandIn

SCRIPT = Path("/scripts/a.yaml")


def test_a_practice_meeting_is_the_command_that_is_staged():
    """The installed command, with whatever environment we have."""
    client = staged_client(Client.PRACTICE)
    assert client.command(SCRIPT, ("roomtone",)) == [
        "roomtone", "practice", "--script", "/scripts/a.yaml", "--port", "0", "--json",
    ]  # fmt: skip
    assert not client.gives_chromium_args
    assert client.environment({"PYTHONPATH": "/x"}) == {"PYTHONPATH": "/x"}


def test_a_stand_in_is_run_from_the_source_tree():
    """It is found there whatever the working folder is, and what PYTHONPATH had is kept."""
    client = staged_client(Client.ZOOM)
    assert client.command(SCRIPT, ("roomtone",))[:4] == [sys.executable, "-P", "-m", "tests.standins.zoom"]
    assert client.gives_chromium_args
    assert client.environment({"PYTHONPATH": "/x"})["PYTHONPATH"] == f"{SOURCE_TREE}:/x"
    assert client.environment({})["PYTHONPATH"] == str(SOURCE_TREE)


def test_an_installed_package_says_where_the_stand_ins_are(tmp_path):
    """Where there is no source tree, a replica cannot be staged, and practice meetings can."""
    with pytest.raises(NoStandIn, match="source tree"):
        staged_client(Client.ZOOM, tmp_path)
    assert staged_client(Client.PRACTICE, tmp_path) is CLIENTS[Client.PRACTICE]
