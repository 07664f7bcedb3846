"""What a tree of processes holds in memory, and whether it grows."""

from __future__ import annotations

import mmap
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.staging.tree_memory import (
    MOST_GROWTH_MB_A_MINUTE,
    Memory,
    TreeMemory,
    growth_mb_a_minute,
    parse_memory,
    read_memory,
)

MB = 1024


def test_memory_is_read():
    """The lines count whose names are Pss and Pss_File, not those that only begin like them."""
    text = "00-ff ---p 0 00:00 0 [rollup]\nRss: 9 kB\nPss:    120 kB\nPss_Dirty: 7 kB\nPss_Anon: 50 kB\nPss_File:  65 kB\n"
    assert parse_memory(text) == Memory(pss=120, own=55)
    assert parse_memory("") == Memory()


def test_a_real_process_is_read(tmp_path):
    """What a child holds of its own is told apart from a file that it has looked at."""
    big = tmp_path / "big"
    big.write_bytes(b"x" * 40 * 2**20)
    code = (
        "import mmap, sys\nheld = bytearray(b'x' * 20 * 2**20)\nfile = open(sys.argv[1], 'rb')\n"
        "seen = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)\nseen.find(b'y')\nprint(1, flush=True)\ninput()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(big)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        memory = read_memory(child.pid)
        child.communicate(b"\n")
    assert 20 * MB < memory.own < 40 * MB
    assert memory.pss - memory.own > 40 * MB - mmap.PAGESIZE
    assert read_memory(child.pid) == Memory()


def test_each_minute_is_told_of_the_tree_and_of_each_kind():
    """The median of all pages, the least of each kind's own; processes of a kind are one row."""
    memory = TreeMemory()
    for at_s, own_mb in ((-1.0, 900), (0.0, 10), (20.0, 30), (40.0, 20), (61.0, 40), (120.0, 900)):
        node = Memory(pss=100 * MB, own=5 * MB)
        page = Memory(pss=(own_mb + 50) * MB, own=own_mb * MB // 2)
        memory.observe(at_s, [("node", node), ("page", page), ("page", page)])
    assert memory.pss_mb_by_minute(0.0, 120.0) == [240.0, 280.0]
    assert memory.own_mb_by_minute(0.0, 120.0) == [15.0, 45.0]
    assert memory.own_mb_by_kind(0.0, 120.0) == {"page": [10.0, 40.0], "node": [5.0, 5.0]}
    assert memory.peak_pss_kb == (100 + 2 * 950) * MB


def test_nothing_is_told_of_a_stretch_without_looks():
    """A meeting that was over at once has no minutes."""
    memory = TreeMemory()
    assert memory.pss_mb_by_minute(0.0, 60.0) == memory.own_mb_by_minute(0.0, 60.0) == []
    assert memory.own_mb_by_kind(0.0, 60.0) == {}
    assert growth_mb_a_minute([1.0] * 6) is None


@given(
    warm_up=st.lists(st.floats(0, 900), min_size=2, max_size=2),
    last=st.floats(0, 900),
    n_minutes=st.integers(4, 60),
    slope=st.floats(-20, 20),
)
def test_steady_growth_is_told_whatever_the_beginning_and_the_end(warm_up, last, n_minutes, slope):
    """The first two minutes and the last are not judged."""
    steady = [500 + slope * minute for minute in range(n_minutes)]
    assert growth_mb_a_minute([*warm_up, *steady, last]) == pytest.approx(slope, abs=0.01)


@given(step_mb=st.floats(-60, 60), at=st.integers(0, 6))
def test_one_minute_that_is_out_of_line_is_no_growth(step_mb, at):
    """A heap that was collected late in a single minute is no leak."""
    minutes = [700.0] * 10
    minutes[2 + at] += step_mb
    assert growth_mb_a_minute(minutes) == pytest.approx(0.0)


def saw_mb(chance: random.Random) -> list[float]:
    """Ten minutes of a heap, looked at every 2 s: 45 MB of garbage are collected every 60 to 110 s."""
    garbage_mb, collected_s, heap = chance.uniform(0, 45), chance.uniform(0, 110), []
    for look_s in range(0, 606, 2):
        garbage_mb += 1.06 * chance.uniform(0.7, 1.3)
        if look_s >= collected_s:
            garbage_mb, collected_s = chance.uniform(0, 10), look_s + chance.uniform(60, 110)
        heap.append(120 + garbage_mb)
    return heap


@pytest.mark.parametrize("seed", range(50))
def test_a_leak_of_5_mb_a_minute_is_told_from_garbage(seed):
    """A page whose heap fills and is collected beside a session that grows by half a megabyte: no leak, or one."""
    grown = []
    for leak_mb_a_minute in (0.0, 5.0):
        memory = TreeMemory()
        for look, page_mb in enumerate(saw_mb(random.Random(seed))):
            at_s = 2.0 * look
            page_kb = int((page_mb + leak_mb_a_minute * at_s / 60) * MB)
            session_kb = int((71 + 0.5 * at_s / 60) * MB)
            memory.observe(
                at_s, [("page", Memory(page_kb, page_kb)), ("session", Memory(session_kb, session_kb))]
            )
        grown.append(growth_mb_a_minute(memory.own_mb_by_minute(0.0, 606.0)))
    without_leak, with_leak = grown
    assert without_leak is not None
    assert with_leak is not None
    assert without_leak < MOST_GROWTH_MB_A_MINUTE < with_leak
