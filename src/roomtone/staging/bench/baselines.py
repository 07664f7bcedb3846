"""What the bots are compared with: a page that only sits in the meeting, and the usual design."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roomtone.practice.script import Client
from roomtone.staging.bench.meeting import SETTLE_S
from roomtone.staging.bench.page import HEADLESS, KIOSK, join_as_guest, page_process
from roomtone.staging.bench.rows import Row
from roomtone.staging.child_process import ChildProcess
from roomtone.staging.clients import staged_client
from roomtone.staging.sampler import Sampler
from roomtone.staging.sheet.media import duration_s
from roomtone.staging.stage_clock import StageClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

START_S = 60.0
NO_PULSE = (
    "skipped: PulseAudio is missing (apt-get install -y --no-install-recommends pulseaudio pulseaudio-utils)"
)
USUAL = "usual design (Xvfb, headed Chromium, x11grab, PulseAudio)"
IDLE = "idle participant page (plain headless Chromium)"
IDLE_WITHOUT_VIDEO = "the same page without incoming video"


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds a second, and memory in MB."""

    cores: float
    pss_mb: float


async def idle_page(script: Path, browser: Path, seconds: float, *, video: bool = True) -> Row:
    """A page in the meeting that nothing is taken from: what is paid before anything is recorded."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="roomtone-bench-")))
        link = await _meeting(stack, script, folder)
        page = page_process(browser, link, folder, HEADLESS)
        await stack.enter_async_context(page)
        await join_as_guest(folder, "Idle", video=video)
        cost = await _measure([page], seconds)
        return Row(IDLE if video else IDLE_WITHOUT_VIDEO, cost.cores, pss_mb=cost.pss_mb)


async def usual_design(script: Path, browser: Path, seconds: float) -> Row:
    """A browser on a virtual display, filmed by FFmpeg, its sound through PulseAudio."""
    if shutil.which("pulseaudio") is None:
        return Row(USUAL, note=NO_PULSE)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="roomtone-bench-")))
        link = await _meeting(stack, script, folder)
        display = ChildProcess("Xvfb", _xvfb(), log=folder / "xvfb.log")
        await stack.enter_async_context(display)
        number = await _first_line(display)
        socket = folder / "pulse.socket"
        environment = _environment(number, folder, socket)
        sound = ChildProcess(
            "PulseAudio", _pulseaudio(socket), log=folder / "pulse.log", environment=environment
        )
        await stack.enter_async_context(sound)
        await _exists(socket, sound)
        page = page_process(browser, link, folder, KIOSK, environment)
        await stack.enter_async_context(page)
        await join_as_guest(folder, "Usual")
        film = folder / "film.mp4"
        camera = ChildProcess(
            "FFmpeg", _ffmpeg(number, socket, film), log=folder / "ffmpeg.log", environment=environment
        )
        await stack.enter_async_context(camera)
        cost = await _measure([display, sound, page, camera], seconds)
        clock = StageClock()
        stopped_s = clock()
        await camera.stop()
        finish_s = clock() - stopped_s
        length_s = duration_s(film)
        if length_s is None or length_s < seconds:
            raise camera.died(f"filmed {length_s or 0:.1f} s of {seconds:.0f} s")
        return Row(
            USUAL,
            cost.cores,
            pss_mb=cost.pss_mb,
            finish_s=finish_s,
            note="libx264 ultrafast, 30 fps, no live audio",
        )


def _environment(display: str, folder: Path, socket: Path) -> dict[str, str]:
    """For programs on the display, which leave nothing outside of the folder."""
    return {
        **os.environ,
        "DISPLAY": f":{display}",
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "PULSE_RUNTIME_PATH": str(folder),
        "PULSE_SERVER": f"unix:{socket}",
    }


def _xvfb() -> list[str]:
    return ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x720x24", "-nolisten", "tcp"]


def _pulseaudio(socket: Path) -> list[str]:
    return [
        "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--log-target=stderr",
        f"--load=module-native-protocol-unix socket={socket} auth-anonymous=1",
        "--load=module-null-sink sink_name=meeting",
    ]  # fmt: skip


def _ffmpeg(display: str, socket: Path, film: Path) -> list[str]:
    return [
        "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "warning", "-y",
        "-thread_queue_size", "512", "-f", "x11grab", "-draw_mouse", "0", "-framerate", "30",
        "-video_size", "1280x720", "-i", f":{display}",
        "-thread_queue_size", "512", "-f", "pulse", "-server", f"unix:{socket}", "-i", "meeting.monitor",
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac",
        "-movflags", "frag_keyframe+empty_moov+default_base_moof", str(film),
    ]  # fmt: skip


async def _meeting(stack: AsyncExitStack, script: Path, folder: Path) -> str:
    """The meeting of the script, in a process of its own that is not measured; its link."""
    command = staged_client(Client.PRACTICE).command(script)
    meeting = ChildProcess("the meeting", command, log=folder / "meeting.log")
    await stack.enter_async_context(meeting)
    url = json.loads(await _first_line(meeting))["url"]
    tasks = await stack.enter_async_context(asyncio.TaskGroup())
    reading = tasks.create_task(_read_away(meeting), name="read the meeting's lines")
    stack.callback(reading.cancel)
    return str(url)


async def _first_line(child: ChildProcess) -> str:
    lines = child.unlogged_lines()
    try:
        async with asyncio.timeout(START_S):
            return await anext(lines)
    except StopAsyncIteration:
        raise child.died("ended at once") from None
    except TimeoutError:
        raise child.late("said nothing", START_S) from None
    finally:
        await _close(lines)


async def _close(lines: AsyncIterator[str]) -> None:
    close = getattr(lines, "aclose", None)
    if close is not None:
        await close()


async def _read_away(child: ChildProcess) -> None:
    async for _ in child.unlogged_lines():
        pass


async def _exists(path: Path, child: ChildProcess) -> None:
    try:
        async with asyncio.timeout(START_S):
            while True:
                if await asyncio.to_thread(path.exists):
                    return
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise child.late("made no socket", START_S) from None


async def _measure(children: Sequence[ChildProcess], seconds: float) -> Cost:
    """Cost of all children and what they started, from ``SETTLE_S`` after now on."""
    clock = StageClock()
    samplers = [Sampler(child.pid, clock, include_root=True) for child in children]
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(sampler.run(), name="sample a baseline") for sampler in samplers]
        await asyncio.sleep(SETTLE_S)
        from_s = clock()
        await asyncio.sleep(seconds)
        to_s = clock()
        for task in running:
            task.cancel()
    cpu_s = sum(sampler.usage.cpu_s_between(from_s, to_s) for sampler in samplers)
    pss_kb = sum(sampler.memory.peak_pss_kb for sampler in samplers)
    return Cost(cpu_s / (to_s - from_s), pss_kb / 1024)
