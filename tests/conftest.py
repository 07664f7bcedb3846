"""What every test gets: a clean environment, and a check that it left nothing behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# Whoever starts the tests in the background has Ctrl-C or SIGHUP ignored, and the programs under test would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
# A busy machine makes no example wrong; pytest-timeout ends what hangs.
settings.register_profile("roomtone", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("roomtone")

SETTLE_S = 30.0
"""How long processes, sockets and threads of a test may take to be gone after it."""


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see no ROOMTONE_ setting and no proxy of whoever runs them."""
    for name in list(os.environ):
        if name.startswith("ROOMTONE_") or name.lower() in {"http_proxy", "https_proxy", "all_proxy"}:
            monkeypatch.delenv(name)


def _children() -> set[int]:
    found = set()
    for child in psutil.Process().children(recursive=True):
        try:
            if child.status() != psutil.STATUS_ZOMBIE:
                found.add(child.pid)
        except psutil.NoSuchProcess:
            continue
    return found


def _listening() -> set[int]:
    return {
        connection.laddr.port
        for connection in psutil.Process().net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    }


def _threads() -> set[str]:
    return {
        thread.name
        for thread in threading.enumerate()
        if not thread.daemon and "ThreadPool" not in thread.name
    }


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """A test that leaks a process, a listening port or a thread fails."""
    before = _children(), _listening(), _threads()
    yield
    deadline = time.monotonic() + SETTLE_S
    while True:
        left = _children() - before[0], _listening() - before[1], _threads() - before[2]
        if not any(left):
            return
        if time.monotonic() > deadline:
            pytest.fail(f"left behind: processes {left[0]}, ports {left[1]}, threads {left[2]}")
        time.sleep(0.05)
