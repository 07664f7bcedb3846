"""A plain Chromium that sits in a practice meeting, without an automation driver."""

from __future__ import annotations

import asyncio
import json
import os
from typing import TYPE_CHECKING, Any

import httpx2
from websockets.asyncio.client import connect

from roomtone.staging.child_process import ChildProcess
from roomtone.staging.errors import StagingTimeout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

START_S = 30.0
JOIN_S = 30.0
POLL_S = 0.2
FLAGS = (
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--disable-features=WebRtcHideLocalIpsWithMdns,Translate",
    "--password-store=basic",
    "--remote-debugging-port=0",
    "--window-size=1280,720",
)
HEADLESS = ("--headless=new", "--mute-audio")
KIOSK = ("--kiosk", "--start-fullscreen", "--window-position=0,0", "--test-type")
_REFUSE_VIDEO = """(() => {
  const refuse = (connection) => {
    for (const line of connection.getTransceivers()) {
      if (line.receiver.track.kind !== 'video') continue;
      if (line.direction === 'recvonly') line.direction = 'inactive';
      if (line.direction === 'sendrecv') line.direction = 'sendonly';
    }
  };
  // In the page itself, now that it is there: what was said to the document before it is forgotten.
  for (const name of ['createAnswer', 'setLocalDescription']) {
    const original = RTCPeerConnection.prototype[name];
    RTCPeerConnection.prototype[name] = function (...given) {
      refuse(this);
      return original.apply(this, given);
    };
  }
})();"""
_JOIN = """(() => {
  const call = document.querySelector('#call');
  if (call && !call.hidden) return 'in the call';
  const name = document.querySelector('#name');
  if (!name || document.querySelector('#join-form').hidden) return 'waiting';
  name.value = NAME;
  name.dispatchEvent(new Event('input', {bubbles: true}));
  BEFORE_JOINING
  document.querySelector('#join').click();
  return 'joining';
})()"""


def page_process(
    browser: Path,
    link: str,
    folder: Path,
    more: tuple[str, ...],
    environment: Mapping[str, str] | None = None,
) -> ChildProcess:
    """The browser, not yet started, that will show the meeting's page; all its files lie in ``folder``."""
    flags = [*FLAGS, *more, f"--user-data-dir={folder / 'profile'}"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    return ChildProcess(
        "the browser", [str(browser), *flags, link], log=folder / "browser.log", environment=environment
    )


async def join_as_guest(folder: Path, name: str, *, video: bool = True) -> None:
    """Type a name, press Join, wait until the call is shown; then let go of the debugging socket.

    Args:
        folder: The browser's.
        name: What is typed.
        video: False: answers every line of video with "inactive", so that none is sent or decoded.

    Raises:
        StagingTimeout: If the browser or the page did not come so far in time.
    """
    timeout_s = START_S + JOIN_S
    try:
        async with asyncio.timeout(timeout_s):
            port = await _debugging_port(folder / "profile" / "DevToolsActivePort")
            target = await _page_socket(port)
            async with connect(target, max_size=None, compression=None) as socket:
                expression = _JOIN.replace("NAME", json.dumps(name))
                expression = expression.replace("BEFORE_JOINING", "" if video else _REFUSE_VIDEO)
                while True:
                    if await _evaluate(socket, expression) == "in the call":
                        return
                    await asyncio.sleep(POLL_S)
    except TimeoutError:
        log = folder / "browser.log"
        raise StagingTimeout(f"the page was not in the meeting within {timeout_s:.0f} s; see {log}") from None


async def _debugging_port(announced: Path) -> int:
    while True:
        port = await asyncio.to_thread(_first_number, announced)
        if port is not None:
            return port
        await asyncio.sleep(POLL_S)


def _first_number(file: Path) -> int | None:
    try:
        return int(file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


async def _page_socket(port: int) -> str:
    async with httpx2.AsyncClient(trust_env=False) as client:
        while True:
            targets = (await client.get(f"http://127.0.0.1:{port}/json/list")).json()
            for target in targets:
                if target.get("type") == "page" and "/practice/" in target.get("url", ""):
                    return str(target["webSocketDebuggerUrl"])
            await asyncio.sleep(POLL_S)


async def _evaluate(socket: Any, expression: str) -> Any:
    await socket.send(
        json.dumps(
            {
                "id": 1,
                "method": "Runtime.evaluate",
                "params": {"expression": expression, "returnByValue": True},
            }
        )
    )
    while True:
        answer = json.loads(await socket.recv())
        if answer.get("id") == 1:
            return answer.get("result", {}).get("result", {}).get("value")
