"""``roomtone practice``: stage a practice meeting from a script."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from roomtone.practice.script_parser import load_script
from roomtone.practice.server import PracticeServer

if TYPE_CHECKING:
    from roomtone.practice.happenings import Happening
    from roomtone.practice.script import Script

DEMO_SCRIPT = Path(__file__).parent / "demo" / "meeting.yaml"
FAREWELL_S = 2.0
"""How long the page can still be loaded after everybody has left."""


def practice(
    script: Annotated[Path, Parameter(name="--script", show_default=False)] = DEMO_SCRIPT,
    *,
    host: str = "127.0.0.1",
    port: int = 8710,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Stage a meeting of our own: a small web meeting with scripted people, for bots and for you.

    Args:
        script: The meeting's script (YAML, see docs/practice-meetings.md); without one, the bundled
            demonstration.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        as_json: Print one JSON object a line for everything that happens; the first has the meeting's link
            as ``url``.
    """
    staged = load_script(script)
    try:
        asyncio.run(_stage(staged, script.stem, host, port, as_json=as_json))
    except KeyboardInterrupt:
        sys.exit(0)


async def _stage(script: Script, name: str, host: str, port: int, *, as_json: bool) -> None:
    listener = _print_happening if as_json else None
    sys.stderr.write("preparing cameras and voices ...\n")
    async with PracticeServer(script, name=name, host=host, port=port, listener=listener) as server:
        if not as_json:
            print(
                f"{script.title}\n  {server.url}\nOpen it in a browser, or send a bot. Ctrl-C ends it.",
                flush=True,
            )
        await server.wait_over()
        await asyncio.sleep(FAREWELL_S)


def _print_happening(happening: Happening) -> None:
    print(json.dumps(happening.as_json(), ensure_ascii=False), flush=True)
