"""``./dev check-zoom-client``: the driver through every state of the client that Zoom ships."""

from __future__ import annotations

import argparse
import asyncio
import logging
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from roomtone.config import load_settings
from roomtone.session.browser.chromium import find_browser
from tests.real_clients.zoom.client_package import (
    TERMS,
    PackageMissing,
    accept_terms,
    cache_folder,
    install,
    terms_accepted,
)
from tests.real_clients.zoom.page_alone import read_page_alone
from tests.real_clients.zoom.states import STATES
from tests.real_clients.zoom.table import DOCUMENT, Row, document, heading, line, summary
from tests.real_clients.zoom.verdict import complaints, complaints_of_page
from tests.real_clients.zoom.visit import visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.real_clients.zoom.state import State

REPOSITORY = Path(__file__).parents[3]


def main() -> None:
    """Run the check; exits 1 when a state went wrong, 2 when it cannot be run."""
    parser = argparse.ArgumentParser("check-zoom-client", description=__doc__)
    parser.add_argument("states", nargs="*", help="names of states; default: all")
    parser.add_argument("--accept-terms", action="store_true", help="you decided about the package's terms")
    parser.add_argument("--at-once", type=int, default=1, help="how many states at the same time (1)")
    parser.add_argument("--list", action="store_true", help="only list the states")
    parser.add_argument("--write-docs", action="store_true", help=f"write the table to {DOCUMENT}")
    asked = parser.parse_args()
    if asked.list:
        print("\n".join(f"{state.name:24} {state.group}" for state in STATES))
        return
    known = {state.name for state in STATES}
    if unknown := sorted(set(asked.states) - known):
        sys.exit(f"check-zoom-client: no such state: {', '.join(unknown)}; see --list")
    if asked.write_docs and asked.states:
        sys.exit("check-zoom-client: --write-docs needs all states")
    if asked.accept_terms:
        accept_terms()
    if not terms_accepted():
        sys.stderr.write(TERMS)
        sys.exit(2)
    try:
        package = install()
    except PackageMissing as problem:
        sys.stderr.write(f"check-zoom-client: {problem}\n")
        sys.exit(2)
    (cache_folder() / "seen").mkdir(parents=True, exist_ok=True)
    # What the web server and the bridge complain of belongs beside what was seen, not into the table.
    logging.basicConfig(filename=cache_folder() / "seen" / "service.log", filemode="w", level=logging.WARNING)
    chosen = [state for state in STATES if not asked.states or state.name in asked.states]
    rows = asyncio.run(_run(chosen, package, max(1, asked.at_once)))
    print(summary(rows, cache_folder() / "seen"))
    if asked.write_docs:
        (REPOSITORY / DOCUMENT).write_text(document(rows, _commit(), _browser()), "utf-8")
    sys.exit(any(row.complaints for row in rows))


async def _run(states: Sequence[State], package: Path, at_once: int) -> list[Row]:
    """The rows in their order, each printed when it and all before it are there."""
    print(heading(), flush=True)
    room = asyncio.Semaphore(at_once)

    async def go(state: State) -> Row:
        async with room:
            seen = await visit(state, package, cache_folder() / "seen")
            if state.alone == "nothing" or state.video:
                return Row(state, seen, complaints(state, seen))
            alone = await read_page_alone(state, package)
        return Row(state, seen, complaints(state, seen) + complaints_of_page(state, alone), alone)

    rows = []
    async with asyncio.TaskGroup() as tasks:
        for going in [tasks.create_task(go(state), name=state.name) for state in states]:
            row = await going
            print(line(row), flush=True)
            rows.append(row)
    return rows


def _commit() -> str:
    """Of the code that was run; with a plus when it has been changed since."""
    git = ["git", "-C", str(REPOSITORY)]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run(
        [*git, "status", "--porcelain", "--", "src", "tests"], capture_output=True, text=True, check=False
    )
    return (head.stdout.strip() or "unknown") + ("+" if changed.stdout.strip() else "")


def _browser() -> str:
    found = find_browser(load_settings().chromium)
    asked = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, timeout=20)
    return " ".join(asked.stdout.split()[:2])


main()
