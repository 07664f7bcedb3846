"""``./dev bench-api``: how fast the API answers while many scheduled bots are worked off, beside an idle server.

A real server in a process of its own, with SQLite in a new folder, real webhooks to a receiver of ours, and
sessions that cost next to nothing (``serve_quick_meetings.py``), so that what is measured is the service.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import psutil

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

HERE = Path(__file__).parent
LINK = "http://127.0.0.1:9/practice/room"
CLIENTS = 4
PAUSE_S = 0.05
"""What each client waits between an answer and its next request: all together ask about 70 times a second."""
LONGEST_S = 900.0
TARGET_P95_MS = 50.0

Latencies = dict[str, list[float]]


class Asking:
    """A few clients that create, list and look at bots, one thing after another, and time each answer.

    Args:
        http: With base URL and key.
        known: Ids of bots to look at; what is created is added.
    """

    def __init__(self, http: httpx2.AsyncClient, known: list[str]) -> None:
        self._http = http
        self._known = known
        self.latencies: Latencies = defaultdict(list)

    async def until(self, over: Callable[[], Awaitable[bool]]) -> None:
        """Ask until ``over`` says so, which is asked every half second."""
        async with asyncio.TaskGroup() as clients:
            asking = [
                clients.create_task(self._ask(number), name=f"client {number}") for number in range(CLIENTS)
            ]
            while not await over():  # noqa: ASYNC110
                await asyncio.sleep(0.5)
            for client in asking:
                client.cancel()

    async def _ask(self, number: int) -> None:
        round_ = number
        while True:
            round_ += 1
            bot_id = self._known[round_ * 7919 % len(self._known)]
            await self._timed("status", "GET", f"/bots/{bot_id}/status")
            await self._timed("detail", "GET", f"/bots/{bot_id}/detail")
            await self._timed("list", "GET", "/bots")
            made = await self._timed("create", "POST", "/bots/create_bot", later())
            self._known.append(made["bot_id"])

    async def _timed(self, what: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
        began_s = time.perf_counter()
        answer = await self._http.request(method, path, json=body)
        self.latencies[what].append((time.perf_counter() - began_s) * 1000)
        assert answer.is_success, answer.text
        await asyncio.sleep(PAUSE_S)
        value: dict[str, Any] = answer.json()
        return value


def later(join_at: datetime | None = None, callback_url: str | None = None) -> dict[str, Any]:
    """A bot for a time, or for next year."""
    at = join_at or datetime.now(UTC) + timedelta(days=365)
    return {
        "meeting_link": LINK,
        "video_required": False,
        "join_at": at.isoformat(),
        "callback_url": callback_url,
        "custom_attributes": {"team": "bench"},
    }


async def answer_webhooks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take every webhook of a connection."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length:")[1].split("\r\n")[0])
            await reader.readexactly(length)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


async def bench(bots: int, slots: int, meeting_s: float, idle_s: float) -> dict[str, Any]:
    """Everything measured, in one run."""
    with tempfile.TemporaryDirectory(prefix="roomtone-bench-api-") as folder:
        environment = server_environment(Path(folder), slots)
        receiver = await asyncio.start_server(answer_webhooks, "127.0.0.1", 0)
        callback_url = f"http://127.0.0.1:{receiver.sockets[0].getsockname()[1]}/hook"
        process, url = serve(environment, meeting_s)
        try:
            key = make_key(environment)
            headers = {"Authorization": f"Token {key}"}
            async with httpx2.AsyncClient(
                base_url=f"{url}/api/v1", headers=headers, timeout=60, trust_env=False
            ) as http:
                return await measure(http, psutil.Process(process.pid), callback_url, bots, idle_s)
        finally:
            process.terminate()
            process.wait(60)
            receiver.close()


async def measure(
    http: httpx2.AsyncClient, server: psutil.Process, callback_url: str, bots: int, idle_s: float
) -> dict[str, Any]:
    """An idle server first, then the same with ``bots`` due within one minute."""
    load_before = os.getloadavg()[0]
    known = [await created(http, later()) for _ in range(20)]
    idle = Asking(http, known)
    idle_until_s = time.monotonic() + idle_s
    idle_cpu_s = -cpu_s(server)
    await idle.until(lambda: _passed(idle_until_s))
    idle_cpu_s += cpu_s(server)
    due_at = datetime.now(UTC) + timedelta(seconds=15)
    due = [
        await created(http, later(due_at + timedelta(seconds=n / bots), callback_url)) for n in range(bots)
    ]
    await asyncio.sleep(max(0.0, (due_at - datetime.now(UTC)).total_seconds() - 5))
    busy = Asking(http, known + due)
    began_s = time.monotonic()
    busy_cpu_s = -cpu_s(server)
    await busy.until(lambda: _done(http, due, began_s))
    worked_off_s = time.monotonic() - began_s
    busy_cpu_s += cpu_s(server)
    details = [(await http.get(f"/bots/{bot_id}/detail")).json()["bot_details"] for bot_id in due]
    return {
        "bots": bots,
        "done": sum(detail["Status"] == "Done" for detail in details),
        "late": sum(detail["late_s"] is not None for detail in details),
        "latest_s": max(detail["late_s"] or 0 for detail in details),
        "worked_off_s": round(worked_off_s, 1),
        "idle_cores": round(idle_cpu_s / idle_s, 2),
        "busy_cores": round(busy_cpu_s / worked_off_s, 2),
        "load_before": round(load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
        "idle": figures(idle.latencies),
        "busy": figures(busy.latencies),
    }


def cpu_s(process: psutil.Process) -> float:
    """What a process has used, without its children."""
    times = process.cpu_times()
    return float(times.user + times.system)


async def created(http: httpx2.AsyncClient, body: dict[str, Any]) -> str:
    """A bot's id."""
    answer = await http.post("/bots/create_bot", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["bot_id"])


async def _passed(at_s: float) -> bool:
    return time.monotonic() >= at_s


async def _done(http: httpx2.AsyncClient, due: list[str], began_s: float) -> bool:
    """Whether the last of them are done; few are asked at a time, so as not to be the load."""
    assert time.monotonic() - began_s < LONGEST_S, "the bots were not worked off"
    for bot_id in reversed(due):
        status = (await http.get(f"/bots/{bot_id}/status")).json()["status"]
        if status not in {"Done", "Failed"}:
            return False
        await asyncio.sleep(0)
    return True


def figures(latencies: Latencies) -> dict[str, dict[str, float]]:
    """Milliseconds by operation: how many, median, 95th percentile, longest."""
    return {
        what: {
            "n": len(values),
            "p50": round(statistics.median(values), 1),
            "p95": round(statistics.quantiles(values, n=20)[-1], 1),
            "max": round(max(values), 1),
        }
        for what, values in latencies.items()
    }


def server_environment(data_dir: Path, slots: int) -> dict[str, str]:
    """The environment of a server of our own."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("ROOMTONE_")},
        "ROOMTONE_DATA_DIR": str(data_dir),
        "ROOMTONE_PORT": "0",
        "ROOMTONE_SLOTS": str(slots),
        "ROOMTONE_REQUESTS_PER_MINUTE": "0",
        # The clients create bots all the while.
        "ROOMTONE_MAX_BOTS_PER_WORKSPACE": "0",
    }


def serve(environment: dict[str, str], meeting_s: float) -> tuple[subprocess.Popen[str], str]:
    """The running server, and where it listens."""
    command = [sys.executable, str(HERE / "serve_quick_meetings.py"), str(meeting_s)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def make_key(environment: dict[str, str]) -> str:
    """An API key."""
    command = [sys.executable, "-m", "roomtone", "keys", "create", "bench"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return said.stdout.split()[-1]


def table(result: dict[str, Any]) -> str:
    """The result as a table in Markdown."""
    head = "| | requests | p50 ms | p95 ms | max ms |\n|---|---|---|---|---|\n"
    rows = [
        f"| {what}, {when} | {row['n']} | {row['p50']} | {row['p95']} | {row['max']} |"
        for what in ("create", "list", "status", "detail")
        for when, row in (("idle", result["idle"][what]), ("busy", result["busy"][what]))
    ]
    told = (
        f"{result['done']} of {result['bots']} bots done in {result['worked_off_s']} s, {result['late']} of them "
        f"late, the last by {result['latest_s']} s; the server used {result['idle_cores']} of a core idle and "
        f"{result['busy_cores']} busy; load {result['load_before']} before, "
        f"{result['load_after']} after"
    )
    return f"{told}\n\n{head}" + "\n".join(rows)


def main() -> int:
    """Print the figures; 1 when a bot was lost or an answer took too long."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--bots", type=int, default=200)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--meeting-s", type=float, default=1.0)
    parser.add_argument("--idle-s", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    result = asyncio.run(bench(asked.bots, asked.slots, asked.meeting_s, asked.idle_s))
    print(json.dumps(result) if asked.json else table(result))
    slowest = max(row["p95"] for row in result["busy"].values())
    return 0 if result["done"] == result["bots"] and slowest < TARGET_P95_MS else 1


if __name__ == "__main__":
    sys.exit(main())
