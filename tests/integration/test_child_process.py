"""Child programs: bound to their parent, in groups of their own, killed and reaped."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from roomtone.child_process import ChildGroup, Launcher, bound_to_us, kill_group
from roomtone.config import Settings

STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.write(1, b"up\\n")
time.sleep(60)
"""


async def _start_stubborn() -> ChildGroup:
    """A program that ignores SIGTERM and has a child that does, too."""
    read_end, write_end = os.pipe()
    group = await ChildGroup.start([sys.executable, "-c", STUBBORN], stdout=write_end)
    os.close(write_end)
    seen = b""
    while seen.count(b"up") < 2:
        seen += await asyncio.to_thread(os.read, read_end, 64)
    os.close(read_end)
    return group


async def test_a_program_that_will_not_end_is_killed_with_its_children():
    """Past its time the whole group is killed and reaped."""
    group = await _start_stubborn()
    members = [psutil.Process(group.pid), *psutil.Process(group.pid).children()]
    assert len(members) == 2
    await group.stop()
    assert group.returncode is not None
    assert all([await asyncio.to_thread(gone_within, member.pid, 60) for member in members])


async def test_it_is_not_in_our_group():
    """A Ctrl-C for the session does not reach the program by itself."""
    group = await ChildGroup.start(["sleep", "30"])
    assert os.getpgid(group.pid) == group.pid != os.getpgid(0)
    await group.stop()
    assert group.returncode != 0


def test_a_launcher_becomes_its_program(tmp_path):
    """The program has the launcher's process id, its own arguments first, then those that it is started with."""
    code = "import os, sys; print(os.getpid(), *sys.argv[1:])"
    launcher = Launcher(sys.executable, tmp_path, "python", ("-c", code, "one's own"))
    assert launcher.pid is None
    with subprocess.Popen([launcher.path, "given"], stdout=subprocess.PIPE, text=True) as child:
        said, _ = child.communicate(timeout=60)
    assert said == f"{child.pid} one's own given\n"
    assert launcher.pid == child.pid


async def test_its_own_end_is_noticed():
    """The exit status is the program's."""
    group = await ChildGroup.start([sys.executable, "-c", "raise SystemExit(3)"])
    async with asyncio.timeout(60):
        assert await group.wait() == 3
    await group.stop()


async def test_a_missing_program_is_an_error():
    """What cannot be started is told at once, by its name."""
    with pytest.raises(FileNotFoundError, match="no-such-program-anywhere"):
        await ChildGroup.start(["no-such-program-anywhere"])


async def test_output_that_nobody_reads_does_not_keep_it_from_ending():
    """A program that fills its pipe still ends when it is asked to."""
    chatter = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\nwhile True: print('x' * 999)"
    group = await ChildGroup.start(
        [sys.executable, "-c", chatter], stdout=asyncio.subprocess.PIPE, grace_s=50.0
    )
    assert group.stdout is not None
    await group.stdout.readline()
    async with asyncio.timeout(60):
        await group.stop()
    assert group.returncode == 7


PARENT = """
import subprocess, sys, time
from roomtone.child_process import bound_to_us
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
    assert gone_within(child, 60)


def test_a_group_is_killed_with_its_members():
    """The leader and what it started are gone; a group that is gone already is no error."""
    script = "sleep 60 & echo $!; wait"
    command = bound_to_us(["sh", "-c", script])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as leader:
        assert leader.stdout is not None
        member = int(leader.stdout.readline())
        kill_group(leader.pid)
        assert leader.wait() == -signal.SIGKILL
    assert gone_within(member, 60)
    kill_group(leader.pid)


async def test_no_program_is_started_with_secrets(monkeypatch: pytest.MonkeyPatch):
    """Whatever setting keeps one, and the storage's in their usual variables: a child finds none of them."""
    secret = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    assert {"deepgram_api_key", "storage_secret", "profile_key"} <= set(secret)
    names = {f"ROOMTONE_{name.upper()}" for name in (*secret, "database_url", "storage_key_id")}
    for name in (*names, "AWS_SECRET_ACCESS_KEY", "ROOMTONE_CHROMIUM"):
        monkeypatch.setenv(name, "value")
    program = "import os; print(*(name for name, value in os.environ.items() if value == 'value'))"
    group = await ChildGroup.start([sys.executable, "-c", program], stdout=asyncio.subprocess.PIPE)
    try:
        assert group.stdout is not None
        async with asyncio.timeout(60):
            assert (await group.stdout.read()).split() == [b"ROOMTONE_CHROMIUM"]
    finally:
        await group.stop()
