"""The installed ``roomtone doctor``."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest


@pytest.mark.browser
def test_it_looks_at_everything_and_fails_for_what_is_missing(tmp_path):
    """With a broken setting and no FFmpeg on the path: both are told with a remedy, and the exit code is 1."""
    (tmp_path / "chromium").symlink_to("/usr/bin/chromium")
    environment = {
        **os.environ, "PATH": str(tmp_path), "ROOMTONE_PORT": "x", "ROOMTONE_DATA_DIR": str(tmp_path / "data"),
    }  # fmt: skip
    result = subprocess.run(
        [sys.executable, "-m", "roomtone", "doctor", "--json"],
        env=environment, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    findings = {finding["check"]: finding for finding in json.loads(result.stdout)}
    assert result.returncode == 1
    assert findings["settings"]["verdict"] == findings["ffmpeg"]["verdict"] == "missing"
    assert "ROOMTONE_PORT" in findings["settings"]["found"]
    assert findings["ffmpeg"]["remedy"]
    assert {"python", "browser", "Xvfb", "fonts", "data folder", "port", "API key", "shared memory"} <= set(
        findings
    )
