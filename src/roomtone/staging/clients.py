"""Which clients can be staged, and with which command: one line a client."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roomtone.practice.script import Client
from roomtone.staging.errors import NoStandIn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOMTONE = (sys.executable, "-m", "roomtone")
"""The ``roomtone`` command of this very installation."""
SOURCE_TREE = Path(__file__).resolve().parents[3]
"""Where the source tree is, if this runs from one; stand-ins are part of it, not of the installed package."""


@dataclass(frozen=True, slots=True)
class StagedClient:
    """How a client's meeting is staged: by ``roomtone practice``, or by a stand-in of the source tree.

    The process prints a JSON object with ``url`` (the meeting link) first and then one a happening, and ends
    on SIGTERM. The first line of a stand-in also has ``chromium_args``, the browser flags by which bots
    reach it.

    Attributes:
        module: The stand-in, run with ``python -m``; None: ``roomtone practice``.
    """

    module: str | None = None

    @property
    def gives_chromium_args(self) -> bool:
        """Whether its first line says with which flags a browser reaches it."""
        return self.module is not None

    def command(self, script: Path, roomtone: Sequence[str] = ROOMTONE) -> list[str]:
        """The argument list of the process that holds the meeting of a script."""
        how = ["--script", str(script), "--port", "0", "--json"]
        if self.module is None:
            return [*roomtone, "practice", *how]
        return [sys.executable, "-P", "-m", self.module, *how]

    def environment(self, ours: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of that process: ours, in which a stand-in finds the source tree."""
        environment = dict(os.environ if ours is None else ours)
        if self.module is not None:
            known = environment.get("PYTHONPATH")
            environment["PYTHONPATH"] = f"{SOURCE_TREE}{os.pathsep}{known}" if known else str(SOURCE_TREE)
        return environment


CLIENTS: dict[Client, StagedClient] = {
    Client.PRACTICE: StagedClient(),
    Client.ZOOM: StagedClient("tests.standins.zoom"),
}
"""Every client that this version can stage."""


def staged_client(client: Client, source_tree: Path = SOURCE_TREE) -> StagedClient:
    """How to stage this client.

    Raises:
        NoStandIn: If this version cannot, or its stand-in is not here.
    """
    staged = CLIENTS.get(client)
    if staged is None:
        known = ", ".join(CLIENTS)
        raise NoStandIn(
            f"there is no stand-in for {client} in this version of Roomtone; known clients: {known}"
        )
    if staged.module is not None:
        start = source_tree.joinpath(*staged.module.split("."), "__main__.py")
        if not start.is_file():
            raise NoStandIn(
                f"the stand-in for {client} is part of Roomtone's source tree, not of the installed package; "
                "clone the repository and use ./dev stage"
            )
    return staged
