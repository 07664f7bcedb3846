"""Child processes that never outlive this one."""

from __future__ import annotations

import contextlib
import os
import signal
import sys

_LAUNCHER = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() != int(sys.argv[1]):
    sys.exit(143)
os.execvp(sys.argv[2], sys.argv[2:])
"""


def bound_to_us(command: list[str]) -> list[str]:
    """The command, wrapped so that the kernel sends it SIGTERM when the thread that starts it dies.

    It runs through a small interpreter that sets ``PR_SET_PDEATHSIG`` and replaces itself; start it with
    ``start_new_session=True``. A ``preexec_fn`` would be shorter and is unsafe in a process with threads.
    """
    return [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), *command]


def kill_group(pid: int, signal_number: int = signal.SIGKILL) -> None:
    """Signal a child that leads its process group, and all that it started in that group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal_number)
