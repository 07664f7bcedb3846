"""A Roomtone server of the staging's own, and a key for it, by the installed command."""

from __future__ import annotations

import asyncio
import json
import os
import re
from typing import TYPE_CHECKING

from roomtone.staging.child_process import ChildProcess

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

START_S = 60.0
"""Longest wait for the server's address, for the meeting's and for a key."""
SERVER_GRACE_S = 30.0
"""How long the server may take to let its bots leave when the staging is broken off."""

_URL = re.compile(r"https?://[^\s\"'<>]+")


def url_in(line: str) -> str | None:
    """The first web address in a line of output; None without one."""
    found = _URL.search(line)
    return found.group().rstrip(".,;)") if found else None


def server_environment(
    data_dir: Path, chromium_args: tuple[str, ...], ours: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The environment of the staging's server: ours, but its own data, and loopback receivers allowed.

    A database of the machine's own server is never touched.
    """
    environment = dict(os.environ if ours is None else ours)
    environment.pop("ROOMTONE_DATABASE_URL", None)
    environment["ROOMTONE_DATA_DIR"] = str(data_dir)
    environment["ROOMTONE_ALLOW_PRIVATE_NETWORKS"] = "true"
    if chromium_args:
        try:
            given = json.loads(environment.get("ROOMTONE_CHROMIUM_ARGS") or "[]")
        except ValueError:
            given = []  # the server itself will say what is wrong with it
        environment["ROOMTONE_CHROMIUM_ARGS"] = json.dumps([*given, *chromium_args])
    return environment


async def make_key(roomtone: Sequence[str], environment: Mapping[str, str], log: Path) -> str:
    """A new key of the staging's server.

    Raises:
        ChildFailed: If the command failed.
        StagingTimeout: If it took longer than ``START_S``.
    """
    command = [*roomtone, "keys", "create", "staging"]
    child = ChildProcess("`roomtone keys create`", command, log=log, environment=environment)
    async with child:
        try:
            async with asyncio.timeout(START_S):
                words = [word async for line in child.unlogged_lines() for word in line.split()]
                code = await child.ended()
        except TimeoutError:
            raise child.late("made no key", START_S) from None
        if code != 0 or not words:
            raise child.died("made no key")
    return words[-1]


def server_process(
    roomtone: Sequence[str], data_dir: Path, environment: Mapping[str, str], log: Path
) -> ChildProcess:
    """The server, not yet started; it prints its address when it is ready."""
    command = [*roomtone, "serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", str(data_dir)]
    return ChildProcess("the server", command, log=log, environment=environment, grace_s=SERVER_GRACE_S)
