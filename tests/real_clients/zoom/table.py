"""The check's table, on the screen and in the documentation. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.real_clients.zoom.state import State
    from tests.real_clients.zoom.visit import Visit

DOCUMENT = "docs/verified-zoom-client.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One state and what came of it.

    Attributes:
        complaints: What was wrong.
        alone: What the page alone led to; empty: not looked at.
    """

    state: State
    visit: Visit
    complaints: list[str]
    alone: str = ""

    @property
    def got(self) -> str:
        """The end reason."""
        return str(self.visit.ended.reason) if self.visit.ended is not None else "nothing"


def heading() -> str:
    """The first line on the screen."""
    return f"{'state':24} {'expected':22} {'got':22} {'s':>5}"


def line(row: Row) -> str:
    """One row on the screen."""
    trouble = "  " + "; ".join(row.complaints) if row.complaints else ""
    return f"{row.state.name:24} {row.state.ends:22} {row.got:22} {row.visit.seconds:5.0f}{trouble}"


def summary(rows: Sequence[Row], folder: Path) -> str:
    """The last line on the screen."""
    wrong = sum(bool(row.complaints) for row in rows)
    return f"{len(rows) - wrong} of {len(rows)} states as expected; what was seen is in {folder}"


def document(rows: Sequence[Row], commit: str, browser: str) -> str:
    """The documentation's page.

    Args:
        rows: All of them.
        commit: Of the code that they were seen with.
        browser: Name and version of the browser.
    """
    right = sum(not row.complaints for row in rows)
    parts = [_OPENING.format(commit=commit, browser=browser, right=right, all=len(rows))]
    for group in dict.fromkeys(row.state.group for row in rows):
        parts.append(f"\n### {group.capitalize()}\n\n{_COLUMNS}")
        parts += [_row(row) for row in rows if row.state.group == group]
    return "\n".join(parts) + "\n" + _CLOSING


def _row(row: Row) -> str:
    shown = "; ".join(row.complaints) or "as expected"
    cells = (
        row.state.name,
        row.state.scene.shows,
        row.state.ends,
        row.got,
        f"{row.visit.seconds:.0f}",
        row.alone or "-",
        shown,
    )
    return "| " + " | ".join(cells) + " |"


_COLUMNS = """\
| state | what the client shows | expected | got | s | by the page alone | |
|---|---|---|---|---|---|---|"""

_OPENING = """\
# The Zoom driver on Zoom's own user interface

`./dev check-zoom-client` sends real bots (`roomtone session`, one browser each) to the user interface that Zoom publishes as the npm
package `@zoom/meetingsdk` 6.2.0, with a small service of ours on the loopback that answers its requests. It is the mark *real client code* of
[verified.md](verified.md): the class names, texts, dialogs, timing and socket messages are Zoom's, the servers are not. No meeting and no account
of Zoom's is used and nothing leaves the machine: the browser is told that every host of the world is our service.

**Before you run it.** The package's README says that the SDK is for human use and does not support bots, and its licence file points to Zoom's terms
of use. Whether running it as a local test fixture is within them is your decision; the command asks for it once (`--accept-terms`). It is not part
of `./dev test`, and nothing of the package is copied or committed: npm installs it, by the hash in our lock file and without running its scripts, into
`~/.cache/roomtone/zoom-client`, where also the session's files, the browser's pictures and the service's log of each state are kept (`seen/`).

    ./dev check-zoom-client --accept-terms          # all states, half an hour
    ./dev check-zoom-client waiting_room end_7      # some of them
    ./dev check-zoom-client --list
    ./dev check-zoom-client --at-once 3 --write-docs  # all, three at a time (a quarter of an hour), and this page anew

A row is right when the end reason, the session's events in their order, the fields that the form sent, the polite leave (the client tells its
gateway), the roster's names, the names on the voices, the chat and the dialogs that had to be dismissed are all as expected, in time. Seconds count from
the browser's first request to the session's last word, a stay of some seconds in the call included. "By the page alone" is what the driver makes of
the same state when none of our scripts is in the page, so that it hears no signalling and must read the screen; a dash where the client shows nothing or only the recording matters.

## Seen at commit {commit}, with {browser}: {right} of {all} as expected

All rows are of one run.
"""

_CLOSING = """
## What it cannot show

| not shown | why |
|---|---|
| launch page, cookie banner, sign-in and registration pages, device landing, PWA iframe, classic form | they are pages of Zoom's web site, not of the package; the stand-in has replicas |
| the bot wall's decision | who is taken for a bot is decided on Zoom's servers; shown is only what the client does when told so (9516) |
| the bot's picture | the client's video engine does not start without its servers: the button is pressed, and what the driver does when nothing comes of it is shown |
| WASM sound, pictures and shares of others | the packets are encrypted in Zoom's own format; the stand-in plays both audio worlds |
| the third audio engine (WMSC) | its server side is not rebuilt here; which messages name its lines was read in the code |
| the gateway's socket in a worker | an option puts it there, and then it speaks a transport of Zoom's own, which is not rebuilt here |
| captions of a real recogniser | they have to be switched on by hand first; which message brings them was read in the code, and `captions` plays it |
| join answers for which the client shows nothing (3001, 3008, 3034 without words) | the form stays as it is; the driver reads the code in the answer itself |
| what `app.zoom.us` serves today | the package is of its release day; class names and texts may have moved since |
"""
