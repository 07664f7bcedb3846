"""A session's own X display."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from roomtone.session.capture.recording_errors import PictureUnavailable
from roomtone.session.display import open_display


def _answers(environment: dict[str, str]) -> bool:
    """Whether a client with this environment gets a picture of the display."""
    grab = [
        "ffmpeg",
        "-v",
        "error",
        "-f",
        "x11grab",
        "-i",
        environment["DISPLAY"],
        "-frames:v",
        "1",
        "-f",
        "null",
        "-",
    ]
    return subprocess.run(grab, env=environment, capture_output=True, timeout=20, check=False).returncode == 0


async def test_two_displays_have_numbers_and_keys_of_their_own():
    """Two sessions on one host get two displays, and neither's key opens the other."""
    path = {"PATH": os.environ["PATH"]}
    async with open_display() as one, open_display(640, 480) as two:
        assert one.name != two.name
        assert (two.width, two.height) == (640, 480)
        assert await asyncio.to_thread(_answers, {**path, **one.environment})
        stranger = {**path, "DISPLAY": one.name, "XAUTHORITY": str(two.authority)}
        assert not await asyncio.to_thread(_answers, stranger)
        assert one.authority.stat().st_mode & 0o077 == 0
        assert not [c for c in _processes("Xvfb") if c.net_connections(kind="tcp")]


async def test_nothing_of_it_is_left_afterwards(monkeypatch: pytest.MonkeyPatch):
    """The process, the key and the variable are gone when the session has ended."""
    monkeypatch.setenv("XAUTHORITY", "before")
    async with open_display() as display:
        assert os.environ["XAUTHORITY"] == str(display.authority)
        server = _processes("Xvfb")
        assert len(server) == 1
        assert display.is_alive()
    assert os.environ["XAUTHORITY"] == "before"
    assert not server[0].is_running()
    assert not display.is_alive()
    assert not display.authority.exists()


async def test_it_does_not_load_a_renderer_that_nobody_asks_for():
    """A display costs little: without OpenGL of its own the X server loads no shader compiler."""
    async with open_display():
        (server,) = _processes("Xvfb")
        loaded = {Path(one.path).name for one in server.memory_maps()}
        assert not {name for name in loaded if "LLVM" in name or "swrast" in name or "gallium" in name}


async def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Without Xvfb the operator is told what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PictureUnavailable, match="xvfb"):
        async with open_display():
            pass


async def test_a_program_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """An Xvfb that ends at once gives an error, not a hang."""
    false = shutil.which("false")
    assert false is not None
    (tmp_path / "Xvfb").symlink_to(false)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(PictureUnavailable):
        async with open_display():
            pass


ORPHAN = """
import asyncio
from roomtone.session.display import open_display
async def main():
    async with open_display() as display:
        print(display.name, flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


def test_a_killed_session_takes_its_display_with_it():
    """After kill -9 of the session no Xvfb is left."""
    before = {p.pid for p in psutil.process_iter(["name"]) if p.info["name"] == "Xvfb"}
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as session:
        assert session.stdout is not None
        while not session.stdout.readline().startswith(b":"):
            pass
        started = {c.pid for c in psutil.Process(session.pid).children() if c.name() == "Xvfb"} - before
        assert len(started) == 1
        session.kill()
    deadline = time.monotonic() + 5
    while _runs(next(iter(started))) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(next(iter(started)))


def _runs(pid: int) -> bool:
    """Whether a process is there and is no zombie: who adopts an orphan need not reap it."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _processes(name: str) -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if child.name() == name and _runs(child.pid)]
