"""Which clients can be staged, and with which command: one line a client."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.practice.script import Client
from roomtone.staging.errors import NoStandIn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class StagedClient:
    """How a client's meeting is staged.

    Attributes:
        command: From the script's path to the argument list of the process that holds the meeting. It
            prints a JSON object with ``url`` (the meeting link) first and then one a happening, and ends on
            SIGTERM.
        chromium_args: Browser flags by which the bot reaches it (``ROOMTONE_CHROMIUM_ARGS``).
    """

    arguments: Callable[[Path], list[str]]
    chromium_args: tuple[str, ...] = ()


ROOMTONE = (sys.executable, "-m", "roomtone")
"""The ``roomtone`` command of this very installation."""

CLIENTS: dict[Client, StagedClient] = {
    Client.PRACTICE: StagedClient(
        lambda script: ["practice", "--script", str(script), "--port", "0", "--json"]
    ),
}
"""Every client that this version can stage."""


def staged_client(client: Client) -> StagedClient:
    """How to stage this client.

    Raises:
        NoStandIn: If this version cannot.
    """
    try:
        return CLIENTS[client]
    except KeyError:
        known = ", ".join(CLIENTS)
        raise NoStandIn(
            f"there is no stand-in for {client} in this version of Roomtone; known clients: {known}"
        ) from None
