"""A session's own X display: an Xvfb that nobody else can draw on or see, and that dies with the session."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from roomtone.child_process import ChildGroup
from roomtone.session.capture.recording_errors import PictureUnavailable
from roomtone.session.scratch_folder import scratch_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

START_DEADLINE_S = 10.0
_FAMILY_WILD = 0xFFFF

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Display:
    """A running display.

    Attributes:
        name: What goes into ``DISPLAY``, such as ``:7``.
        authority: File with the key to it, for ``XAUTHORITY``.
        width: Pixels.
        height: Pixels.
        server: The X server's process.
    """

    name: str
    authority: Path
    width: int
    height: int
    server: ChildGroup

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to be shown on this display."""
        return {"DISPLAY": self.name, "XAUTHORITY": str(self.authority)}

    def is_alive(self) -> bool:
        """Whether the X server runs; a grabber of a dead one repeats its last picture for ever."""
        return self.server.returncode is None


@contextlib.asynccontextmanager
async def open_display(width: int = 1280, height: int = 720) -> AsyncIterator[Display]:
    """Start a display on a free number, without a TCP port, with a key of its own; end it on exit.

    While it is open this process's ``XAUTHORITY`` names the key, so that children find it (a session has
    one display).

    Raises:
        PictureUnavailable: If Xvfb is missing or does not start in time.
    """
    program = shutil.which("Xvfb")
    if program is None:
        raise PictureUnavailable("display_missing", "Xvfb was not found: `apt-get install xvfb`.")
    with scratch_folder("roomtone-xauthority-") as folder:
        authority = folder / "authority"
        _write_authority(authority)
        number, group = await _start(program, authority, f"{width}x{height}x24")
        before = os.environ.get("XAUTHORITY")
        os.environ["XAUTHORITY"] = str(authority)
        log.info("display.started", number=number)
        try:
            yield Display(f":{number}", authority, width, height, group)
        finally:
            _restore("XAUTHORITY", before)
            await group.stop()


async def _start(program: str, authority: Path, screen: str) -> tuple[int, ChildGroup]:
    read_end, write_end = os.pipe()
    arguments = [program, "-displayfd", str(write_end), "-screen", "0", screen, "-auth", str(authority)]
    arguments += ["-nolisten", "tcp", "-noreset", "-dpi", "96"]
    # The browser draws by itself (WebGL too); the server's own OpenGL would only load a compiler of 50 MB.
    arguments += ["-extension", "GLX"]
    try:
        group = await ChildGroup.start(arguments, keep_open=(write_end,))
    except BaseException:
        os.close(read_end)
        raise
    finally:
        os.close(write_end)
    try:
        async with asyncio.timeout(START_DEADLINE_S):
            return int(await _read_line(read_end)), group
    except (TimeoutError, ValueError):
        await group.stop()
        raise PictureUnavailable("display_missing", f"{program} did not start in time.") from None
    except BaseException:
        await group.stop()
        raise
    finally:
        os.close(read_end)


async def _read_line(descriptor: int) -> bytes:
    """The first line that comes through a pipe; less when it is closed before."""
    os.set_blocking(descriptor, False)
    loop = asyncio.get_running_loop()
    line = b""
    while not line.endswith(b"\n"):
        ready = asyncio.Event()
        loop.add_reader(descriptor, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(descriptor)
        part = os.read(descriptor, 64)
        if not part:
            break
        line += part
    return line


def _write_authority(path: Path) -> None:
    """An Xauthority file with one entry for any display of this host.

    Entry: family uint16 BE, then four texts (address, display number, name, key), each a uint16 BE length
    and its bytes.
    """
    texts = (b"", b"", b"MIT-MAGIC-COOKIE-1", secrets.token_bytes(16))
    entry = struct.pack(">H", _FAMILY_WILD) + b"".join(struct.pack(">H", len(text)) + text for text in texts)
    path.touch(mode=0o600)
    path.write_bytes(entry)


def _restore(name: str, before: str | None) -> None:
    if before is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = before
