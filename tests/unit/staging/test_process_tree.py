"""What a tree of processes costs, from lines of /proc."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.staging.process_tree import (
    ProcessStat,
    TreeUsage,
    descendants,
    kind_of_command,
    parse_stat,
    read_processes,
)

LINE = "4711 ({name}) S 12 4711 4711 0 -1 4194304 100 0 0 0 30 12 7 3 20 0 1 0 987654 1000 50 18446744073709551615"


@given(st.text(max_size=15))
def test_a_line_is_read_whatever_the_name(name):
    """Brackets, spaces and line breaks in a process's name move no field."""
    assert parse_stat(LINE.format(name=name)) == ProcessStat(4711, 12, 42, 10, 987654)


def test_what_is_no_such_line_is_refused():
    """Text without the fields is an error, not a wrong number."""
    for text in ("", "1 (x", "1 (x) S 1 2"):
        with pytest.raises(ValueError, match="not a line"):
            parse_stat(text)


def process(pid: int, parent: int, own: int = 0, reaped: int = 0, started: int = 1) -> ProcessStat:
    """A process for a test."""
    return ProcessStat(pid, parent, own, reaped, started)


def test_descendants_are_found_at_any_depth_without_the_root():
    """Grandchildren count, strangers and the root do not, and a loop of wrong parents ends."""
    everything = [process(1, 0), process(2, 1), process(3, 2), process(4, 9), process(9, 4)]
    assert {p.pid for p in descendants(everything, 1)} == {2, 3}
    assert {p.pid for p in descendants(everything, 9)} == {4}


def test_what_ended_still_counts():
    """A child that is gone counts with what was seen of it, or with what its parent was charged if that is more."""
    usage = TreeUsage(100)
    usage.observe(0.0, [process(2, 1, own=100), process(3, 2, own=50)])
    assert usage.cpu_s == 1.5
    usage.observe(1.0, [process(2, 1, own=100, reaped=80)])
    assert usage.cpu_s == 1.8
    usage.observe(2.0, [process(2, 1, own=100, reaped=80), process(3, 2, own=20, started=7)])
    assert usage.cpu_s == 2.0
    assert usage.alive == {(2, 1), (3, 7)}


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(0, 500)), min_size=1, max_size=30))
def test_cpu_never_runs_backwards(looks):
    """Whatever is seen, the sum only grows, and stretches of time add up to the whole."""
    usage, at_s = TreeUsage(100), 0.0
    totals = []
    for pause_s, ticks in looks:
        at_s += pause_s
        usage.observe(at_s, [process(2, 1, own=ticks)])
        totals.append(usage.cpu_s)
    assert totals == sorted(totals)
    half = usage.cpu_s_between(-1, at_s / 2) + usage.cpu_s_between(at_s / 2, at_s + 1)
    assert half == pytest.approx(usage.cpu_s)


def test_a_real_process_is_seen():
    """A busy child of ours is found in /proc with its time."""
    code = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass\nprint(1, flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        usage = TreeUsage(os.sysconf("SC_CLK_TCK"))
        usage.observe(time.monotonic(), descendants(read_processes(), os.getpid()))
        assert usage.cpu_s >= 0.15
        child.communicate(b"\n")


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("/v/bin/python -m roomtone session", "session"),
        ("/usr/lib/chromium/chromium --type=renderer --lang=en", "browser renderer"),
        (
            "/usr/lib/chromium/chromium --type=utility --utility-sub-type=network.mojom.NetworkService",
            "browser network",
        ),
        ("/usr/lib/chromium/chromium --headless", "browser"),
        ("/usr/bin/ffmpeg -f x11grab", "ffmpeg"),
        ("", ""),
    ],
)
def test_a_process_is_known_by_its_command(command, kind):
    """Sessions, the browser's parts and tools are told apart."""
    assert kind_of_command(command.split(" ")) == kind


def test_costs_are_told_by_kind():
    """What each kind of process cost in a stretch of time, the dearest first."""
    usage = TreeUsage(100)
    kinds = {2: "session", 3: "browser"}
    usage.observe(0.0, [process(2, 1, own=100), process(3, 1, own=100)], kinds.__getitem__)
    usage.observe(1.0, [process(2, 1, own=110), process(3, 1, own=150)], kinds.__getitem__)
    spent = usage.kinds_between(0.0, 1.0)
    assert list(spent) == ["browser", "session"]
    assert list(spent.values()) == pytest.approx([0.5, 0.1])
    assert usage.kinds_between(-5.0, -1.0) == {}
    assert [usage.kind_of(process(pid, 1)) for pid in (2, 3, 4)] == ["session", "browser", ""]
