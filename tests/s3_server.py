"""A real S3 service for tests: moto's server as a child process."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roomtone.child_process import bound_to_us, kill_group
from roomtone.service.storage.s3 import Bucket

if TYPE_CHECKING:
    from collections.abc import Iterator

START_S = 90.0


@dataclass(frozen=True, slots=True)
class S3Server:
    """A running service; ``url`` is its endpoint."""

    url: str

    def make_bucket(self, name: str) -> str:
        """Make a bucket and give its name."""
        request = urllib.request.Request(f"{self.url}/{name}", method="PUT")
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 200
        return name

    def bucket(self, name: str, prefix: str = "", **more) -> Bucket:
        """How to get at a bucket; any credentials are good."""
        return Bucket(name, prefix, endpoint=self.url, key_id="test-key", secret="test-secret", **more)


@contextlib.contextmanager
def s3_server(**environment: str) -> Iterator[S3Server]:
    """Run one on a free port; it is killed in the end.

    Args:
        environment: More variables, such as ``INITIAL_NO_AUTH_ACTION_COUNT="0"``: unknown keys are refused.
    """
    # moto's own main, because it shows the port that it was given for port 0.
    command = [sys.executable, "-u", "-c", "from moto.server import main; main(['-H127.0.0.1', '-p0'])"]
    # It writes a line for every request: a pipe that nobody empties would stop it.
    with (
        tempfile.NamedTemporaryFile("w+") as log,
        subprocess.Popen(
            bound_to_us(command),
            env=os.environ | {"PYTHONWARNINGS": "ignore"} | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield S3Server(_url_in(Path(log.name)))
        finally:
            kill_group(process.pid)


def _url_in(log: Path) -> str:
    deadline_s = time.monotonic() + START_S
    while time.monotonic() < deadline_s:
        found = re.search(r"Running on (http://[0-9.]+:\d+)", log.read_text())
        if found:
            return found[1]
        time.sleep(0.02)
    raise AssertionError(log.read_text())
