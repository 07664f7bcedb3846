"""A stand-in's process: its address in the first line, one JSON object a happening, the end on SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from roomtone.bot.errors import RoomtoneError
from roomtone.practice.loopback import offer_loopback
from roomtone.practice.script_parser import load_script

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from roomtone.practice.happenings import Happening
    from roomtone.practice.script import Script

FAREWELL_S = 30.0
"""How long pages can still be loaded after everybody has left: clients go to a last page by themselves."""


class RunningStandIn(Protocol):
    """A stand-in that can be reached.

    Attributes:
        url: The meeting's link.
        chromium_args: Browser flags that lead to it.
        end_reasons: How a bot's stay must end, where the variant says so; empty: as the script says.
    """

    url: str
    chromium_args: list[str]
    end_reasons: list[str]

    async def wait_over(self) -> None:
        """Wait until the meeting has ended and everybody has left."""


def main(
    program: str,
    opening: Callable[
        [Script, int, Callable[[Happening], None]], AbstractAsyncContextManager[RunningStandIn]
    ],
) -> None:
    """The command line of a stand-in; exits 2 with one line for a script that cannot be staged.

    Args:
        program: What the command is called.
        opening: From script, port and listener to the running stand-in.
    """
    parser = argparse.ArgumentParser(program, description="Stage a meeting script on a replica.")
    parser.add_argument("--script", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--json", action="store_true", help="one JSON object a happening (always so)")
    arguments = parser.parse_args()
    # Standard output is the protocol; whatever is logged goes beside it.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    try:
        asyncio.run(_run(load_script(arguments.script), arguments.port, opening))
    except (RoomtoneError, OSError) as problem:
        sys.stderr.write(f"{program}: {problem}\n")
        sys.exit(2)


async def _run(
    script: Script,
    port: int,
    opening: Callable[
        [Script, int, Callable[[Happening], None]], AbstractAsyncContextManager[RunningStandIn]
    ],
) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    offer_loopback()
    happenings = _Happenings()
    async with opening(script, port, happenings.take) as standin:
        first = {"url": standin.url, "chromium_args": standin.chromium_args}
        _print({**first, "end_reasons": standin.end_reasons} if standin.end_reasons else first)
        happenings.print_from_now()
        async with asyncio.TaskGroup() as tasks:
            over = tasks.create_task(_over(standin), name="wait for the meeting's end")
            ended = tasks.create_task(stopped.wait(), name="wait for a signal")
            _, waiting = await asyncio.wait({over, ended}, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()


class _Happenings:
    """Happenings on their way to standard output; those before the first line wait for it."""

    def __init__(self) -> None:
        self._waiting: list[Happening] | None = []

    def take(self, happening: Happening) -> None:
        """Print one, or keep it for later."""
        if self._waiting is None:
            _print(happening.as_json())
        else:
            self._waiting.append(happening)

    def print_from_now(self) -> None:
        """Print those that waited, and from now on each at once."""
        waiting, self._waiting = self._waiting or [], None
        for happening in waiting:
            _print(happening.as_json())


async def _over(standin: RunningStandIn) -> None:
    await standin.wait_over()
    await asyncio.sleep(FAREWELL_S)


def _print(line: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(line, ensure_ascii=False), flush=True)
