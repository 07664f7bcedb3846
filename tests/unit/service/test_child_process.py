"""Children that do not outlive their parent."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import psutil

from roomtone.service.child_process import bound_to_us, kill_group

PARENT = """
import subprocess, sys, time
from roomtone.service.child_process import bound_to_us
child = subprocess.Popen(bound_to_us(["sleep", "60"]), start_new_session=True)
print(child.pid, flush=True)
time.sleep(60)
"""


def gone_within(pid: int, timeout_s: float) -> bool:
    """Whether a process is gone, or a zombie, in time."""
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def test_a_child_dies_with_its_parent():
    """Kill -9 of the parent ends the child, though it leads a session of its own."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        time.sleep(0.3)
        assert psutil.pid_exists(child)
        parent.kill()
    assert gone_within(child, 5)


def test_a_group_is_killed_with_its_members():
    """The leader and what it started are gone; a group that is gone already is no error."""
    script = "sleep 60 & echo $!; wait"
    command = bound_to_us(["sh", "-c", script])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as leader:
        assert leader.stdout is not None
        member = int(leader.stdout.readline())
        kill_group(leader.pid)
        assert leader.wait() == -signal.SIGKILL
    assert gone_within(member, 5)
    kill_group(leader.pid)
