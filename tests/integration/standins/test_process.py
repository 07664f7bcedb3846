"""The process of a stand-in."""

from __future__ import annotations

import asyncio
import json
import signal
from typing import TYPE_CHECKING

import pytest

from roomtone.practice.script import Client
from roomtone.staging.clients import staged_client

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = "client: zoom\nvariant: {variant}\nparticipants: [{{name: Ada}}]\n"


async def start(folder: Path, variant: str = "default") -> asyncio.subprocess.Process:
    """Start it as a staging does, in a folder that is not the source tree."""
    (folder / "script.yaml").write_text(SCRIPT.format(variant=variant))
    client = staged_client(Client.ZOOM)
    return await asyncio.create_subprocess_exec(
        *client.command(folder / "script.yaml"),
        env=client.environment(),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_it_says_how_it_is_reached_and_ends_when_asked(tmp_path):
    """First the link and the browser's flags, then happenings; SIGTERM ends it in order."""
    process = await start(tmp_path)
    assert process.stdout is not None
    async with asyncio.timeout(30):
        first = json.loads(await process.stdout.readline())
        assert first["url"].startswith("https://")
        assert any(
            flag.startswith("--host-resolver-rules=MAP zoom.us 127.0.0.1:") for flag in first["chromium_args"]
        )
        assert json.loads(await process.stdout.readline())["event"] == "meeting_opened"
        process.send_signal(signal.SIGTERM)
        _, complaints = await process.communicate()
    assert process.returncode == 0
    assert complaints == b""


@pytest.mark.parametrize("variant", ["turbo", "wasm+webrtc"])
async def test_a_wrong_script_is_one_plain_line(tmp_path, variant):
    """Exit code 2, the place and what is wrong, no traceback."""
    process = await start(tmp_path, variant)
    async with asyncio.timeout(30):
        said, complaints = await process.communicate()
    assert process.returncode == 2
    assert said == b""
    assert complaints.decode().count("\n") == 1
    assert "variant" in complaints.decode()
