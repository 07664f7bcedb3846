"""A child program in a process group of its own: killed with its parent, stopped and reaped as a group."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TERMINATE_WAIT_S = 2.0


class ChildGroup:
    """A running program. Make it with ``ChildGroup.start``.

    Attributes:
        pid: Process id, also the group's.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid

    @classmethod
    async def start(
        cls,
        arguments: Sequence[str],
        *,
        environment: dict[str, str] | None = None,
        stdout: int | None = None,
        keep_open: Sequence[int] = (),
    ) -> ChildGroup:
        """Start a program with nothing to read and nothing of its words shown.

        Args:
            arguments: The program and its arguments.
            environment: Added to this process's own.
            stdout: Descriptor it writes to; None: nowhere.
            keep_open: Descriptors it inherits besides.

        Raises:
            OSError: If the program cannot be started.
        """
        # setpriv sets PR_SET_PDEATHSIG and becomes the program: no code of ours runs between fork and exec.
        setpriv = shutil.which("setpriv")
        prefix = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
        process = await asyncio.create_subprocess_exec(
            *prefix,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL if stdout is None else stdout,
            stderr=asyncio.subprocess.DEVNULL,
            pass_fds=tuple(keep_open),
            env={**os.environ, **(environment or {})},
            process_group=0,
        )
        return cls(process)

    @property
    def returncode(self) -> int | None:
        """Exit status; None while it runs."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait for its end."""
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end, kill the group when it does not in time, reap it. Completes even when cancelled."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(TERMINATE_WAIT_S):
                await self._process.wait()
        except TimeoutError:
            pass
        finally:
            self._signal(signal.SIGKILL)
        await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)
