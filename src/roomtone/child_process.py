"""Child programs that never outlive this one: bound to it, in a process group of their own, stopped, reaped.

The kernel ends a bound program when the thread that started it dies (``PR_SET_PDEATHSIG``), however it dies.
A program is bound by a small interpreter that asks for this and then becomes the program: a ``preexec_fn``
would be shorter, and is unsafe in a process with threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import shlex
import shutil
import signal
import stat
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TERMINATE_WAIT_S = 2.0
_SECRET_VARIABLE = re.compile(r"ROOMTONE_(.*_)?(KEY|KEY_ID|SECRET|DATABASE_URL)|AWS_.*")
_BIND = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, {signal})  # PR_SET_PDEATHSIG
"""
_BECOME = (
    _BIND
    + """
if os.getppid() != int(sys.argv[1]):
    sys.exit(143)
os.execv(sys.argv[2], sys.argv[3:])
"""
)
_LAUNCHER = (
    "#!{python} -IS"
    + _BIND
    + """
if os.getppid() == 1 != {maker}:
    sys.exit("the parent died first")
with open({pid_file!r}, "w") as file:
    file.write(str(os.getpid()))
os.execv({program!r}, [{program!r}, *{arguments!r}, *sys.argv[1:]])
"""
)


def environment_without_secrets() -> dict[str, str]:
    """Our environment for a program that needs no keys: without those of providers, storage and database.

    Sessions run other people's pages and decoders strangers' bytes; what a program does not have, nobody
    gets out of it. Keys that a session needs come to it in its first line.
    """
    return {name: value for name, value in os.environ.items() if not _SECRET_VARIABLE.fullmatch(name)}


def bound_to_us(command: Sequence[str], death_signal: int = signal.SIGTERM) -> list[str]:
    """The command, wrapped so that the kernel signals it when the thread that starts it dies.

    Start it in a process group of its own; its process id stays that of what was started.

    Raises:
        FileNotFoundError: If there is no such program.
    """
    program = shutil.which(command[0])
    if program is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command[0])
    become = _BECOME.format(signal=int(death_signal))
    return [sys.executable, "-I", "-S", "-c", become, str(os.getpid()), program, *command]


def kill_group(pid: int, signal_number: int = signal.SIGKILL) -> None:
    """Signal a child that leads its process group, and all that it started in that group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal_number)


class ChildGroup:
    """A running program that leads a process group. Make it with ``ChildGroup.start``.

    Attributes:
        pid: Process id, also the group's.
        stdout: What it writes, when it was started with a pipe; one reader at a time.
    """

    def __init__(self, process: asyncio.subprocess.Process, grace_s: float) -> None:
        self._process = process
        self._grace_s = grace_s
        self.pid = process.pid
        self.stdout = process.stdout

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        stdout: int = asyncio.subprocess.DEVNULL,
        stderr: int = asyncio.subprocess.DEVNULL,
        keep_open: Sequence[int] = (),
        line_limit: int = 65536,
        death_signal: int = signal.SIGKILL,
        grace_s: float = TERMINATE_WAIT_S,
    ) -> ChildGroup:
        """Start a program with nothing to read.

        Args:
            command: The program and its arguments.
            environment: All of its environment; None: ours, without secrets.
            stdout: Descriptor it writes to, or ``PIPE``.
            stderr: The same for its errors.
            keep_open: Descriptors it inherits besides.
            line_limit: Longest line that can be read from the pipe, in bytes.
            death_signal: What it gets when we die.
            grace_s: How long ``stop`` waits for it to end by itself.

        Raises:
            OSError: If the program cannot be started.
        """
        process = await asyncio.create_subprocess_exec(
            *bound_to_us(command, death_signal),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            pass_fds=tuple(keep_open),
            env=environment_without_secrets() if environment is None else environment,
            limit=line_limit,
            start_new_session=True,
        )
        return cls(process, grace_s)

    @property
    def returncode(self) -> int | None:
        """Exit status; None while it runs."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait for its end, and for the end of what it writes: somebody has to read a pipe meanwhile."""
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end, kill the group when it does not in time, reap it. Completes even when cancelled."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
        try:
            async with asyncio.timeout(self._grace_s), asyncio.TaskGroup() as tasks:
                drain = tasks.create_task(self._drain(), name=f"drain:{self.pid}")
                await self._process.wait()
                drain.cancel()
        except TimeoutError:
            pass
        finally:
            kill_group(self.pid)
        await self._process.wait()

    async def _drain(self) -> None:
        """Read what nobody reads any more: a full pipe would keep it from ending."""
        if self.stdout is not None:
            with contextlib.suppress(RuntimeError):  # somebody still reads: then the pipe is not full
                while await self.stdout.read(65536):
                    pass


class Launcher:
    """A bound program for somebody else to start: a file that becomes it and tells its process id.

    Args:
        program: The executable to become.
        folder: A private folder that allows execution.
        name: Of the launcher's files.
        arguments: What the program gets ahead of the arguments that the launcher is started with; a program
            that is started bare does without.

    Attributes:
        path: What to start instead of the program; the program itself where scripts cannot be executed.
    """

    def __init__(self, program: str, folder: Path, name: str, arguments: Sequence[str] = ()) -> None:
        self._pid_file = folder / f"{name}.pid"
        script = folder / name
        text = _LAUNCHER.format(
            python=sys.executable,
            signal=int(signal.SIGKILL),
            maker=os.getpid(),  # the first process of a container is a parent like any other
            pid_file=str(self._pid_file),
            program=program,
            arguments=list(arguments),
        )
        script.write_text(text, "utf-8")
        script.chmod(stat.S_IRWXU)
        # A shebang cannot hold a path with spaces; then the program is started bare.
        usable = os.access(script, os.X_OK) and shlex.quote(sys.executable) == sys.executable
        self.path = str(script) if usable else program

    @property
    def pid(self) -> int | None:
        """The program's process id; None before it has started or when it was started bare."""
        try:
            return int(self._pid_file.read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return None
