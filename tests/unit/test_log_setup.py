"""What a log shows of a failure, on a terminal and in a file."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

PROGRAM = """
import structlog
from roomtone.log_setup import set_up_logging
set_up_logging("info")
secret = "Ada Lovelace"
try:
    raise ValueError(secret)
except ValueError:
    structlog.get_logger("a").exception("it.failed", bot_id="b1")
"""


def test_a_terminal_shows_where_it_failed_and_nothing_of_what_it_was_about():
    """Type and place of an exception are shown; its text, its variables and warnings of the library are not."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-W", "error", "-c", PROGRAM], stderr=theirs) as program:
        os.close(theirs)
        code = program.wait(20)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert code == 0, shown
    assert "it.failed" in shown
    assert "builtins.ValueError" in shown
    assert "Ada" not in shown
    assert "Warning" not in shown


def test_a_file_gets_one_line_of_json():
    """The same in a file, as one JSON object."""
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=20, check=True
    )
    event = json.loads(said.stderr)
    assert (event["event"], event["bot_id"], event["level"]) == ("it.failed", "b1", "error")
    assert "builtins.ValueError" in event["exception"]
    assert "Ada" not in said.stderr
