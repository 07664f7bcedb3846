"""Which signals stop a command."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASK = "from roomtone.stop_signals import stop_signals; print(*(one.name for one in stop_signals()))"


@pytest.mark.parametrize(("before", "names"), [([], "SIGINT SIGTERM SIGHUP"), (["nohup"], "SIGINT SIGTERM")])
def test_a_closed_terminal_stops_what_does_not_run_under_nohup(before: list[str], names: str):
    """SIGHUP is one of them unless whoever started the command had it ignored."""
    command = [*before, sys.executable, "-c", ASK]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    assert said.stdout.strip() == names
