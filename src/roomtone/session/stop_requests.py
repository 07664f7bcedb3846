"""Who may ask a session to end: a command, a signal, or the service by being gone. Other commands pass by."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.session_protocol import Leave, Start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from roomtone.bot.session_protocol import Order
    from roomtone.session.command_reader import CommandReader
    from roomtone.session.ending import EndingCell

TERM_SETTLE_S = 0.3
"""When the service dies, its death signal and the end of our input come together, in any order: after SIGTERM
so long is waited for the input's end, which says more."""


class StopRequests:
    """Turns requests to stop into endings.

    Args:
        commands: Standard input.
        ending: What to set.

    Attributes:
        hurry: Set by a second signal: leave out what is merely polite.
    """

    def __init__(self, commands: CommandReader, ending: EndingCell) -> None:
        self._commands = commands
        self._ending = ending
        self._terminated = asyncio.Event()
        self.hurry = asyncio.Event()

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """Take SIGTERM and SIGINT while this lasts."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._on_terminate)
        loop.add_signal_handler(signal.SIGINT, self._on_interrupt)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGTERM)
            loop.remove_signal_handler(signal.SIGINT)

    async def read_commands(self, take_order: Callable[[Order], None]) -> None:
        """Read until the end of the input, also after a leave command; a task of the session.

        Args:
            take_order: Told what is to be done in the meeting; must not block.
        """
        while (command := await self._commands.next()) is not None:
            if isinstance(command, Leave):
                self._ending.set(command.reason, "a leave command")
            elif not isinstance(command, Start):
                take_order(command)
        self._ending.set(EndReason.SERVICE_CRASHED, "standard input ended without a leave command")

    async def await_signal(self) -> None:
        """Until SIGTERM; a task of the session."""
        await self._terminated.wait()
        await asyncio.sleep(TERM_SETTLE_S)
        self._ending.set(EndReason.SERVICE_STOPPED, "SIGTERM")

    def _on_terminate(self) -> None:
        if self._terminated.is_set():
            self.hurry.set()
        self._terminated.set()

    def _on_interrupt(self) -> None:
        if self._ending.ending is not None:
            self.hurry.set()
        self._ending.set(EndReason.REMOVE_REQUESTED, "SIGINT")
