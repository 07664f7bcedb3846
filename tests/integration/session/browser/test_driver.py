"""What the browser's automation driver is started with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roomtone.session.browser.chromium import BrowserOptions, open_browser
from roomtone.session.browser.errors import BrowserNotStarted

if TYPE_CHECKING:
    from pathlib import Path


async def test_the_driver_has_a_small_young_generation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Node's own flag comes before the driver's script, and by no variable that the browser would have too."""
    node, told = tmp_path / "node", tmp_path / "told"
    node.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" "$NODE_OPTIONS" > {told}\nexit 1\n', "utf-8")
    node.chmod(0o700)
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", str(node))
    monkeypatch.delenv("NODE_OPTIONS", raising=False)
    with pytest.raises(BrowserNotStarted):
        async with open_browser(BrowserOptions()):
            pass
    flag, script, *rest = told.read_text("utf-8").split("\n")
    assert flag == "--max-semi-space-size=1"
    assert script.endswith("cli.js")
    assert rest == ["run-driver", "", ""]
