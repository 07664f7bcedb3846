"""The link between a real page and the session, where pages make it hard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from tests.integration.session.browser.conftest import STRICT, open_room

from roomtone.session.capture.model import TrackSource

if TYPE_CHECKING:
    from tests.integration.session.browser.conftest import PageServer

pytestmark = pytest.mark.browser


def _public(pages: PageServer) -> str:
    return f"--ip-address-space-overrides=127.0.0.1:{pages.port}=public"


async def test_a_public_page_with_a_strict_policy_is_heard(pages: PageServer):
    """A page that counts as public, with a strict CSP and Trusted Types, still reaches the session."""
    address = pages.page("/strict", headers=STRICT)
    async with open_room(flags=(_public(pages),)) as room:
        await room.page.goto(address)
        await room.page.evaluate("async () => void await meeting(tone(500))")
        await room.heard.until(lambda: len(room.heard.chunks.get(1, [])) > 25)
        assert room.heard.said("hello")[0]["transport"] == "shared_worker"


async def test_the_permission_or_the_flag_is_what_lets_it(pages: PageServer):
    """With the checks switched on again and no permission the same page is refused, so the test above means something."""
    checks = "--enable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets"
    async with open_room(flags=(_public(pages), checks)) as room:
        await room.browser.context.clear_permissions()
        await room.page.goto(pages.page("/strict", headers=STRICT))
        await asyncio.sleep(2)
        assert room.heard.said("hello") == []


async def test_another_document_is_another_instance(pages: PageServer):
    """After a reload the old tracks are closed and the new ones have numbers never used before."""
    async with open_room() as room:
        await room.page.goto(pages.page("/"))
        await room.page.evaluate("async () => void await meeting(tone(500))")
        heard = room.heard
        await heard.until(lambda: heard.chunks.get(1))
        await room.page.reload()
        await room.page.evaluate("async () => void await meeting(tone(500))")
        await heard.until(lambda: heard.chunks.get(2))
        await heard.until(lambda: [one.track for one in heard.closed] == [1])
        assert len({hello["instance"] for hello in heard.said("hello")}) == 2


async def test_frames_of_any_origin_are_heard(pages: PageServer):
    """Calls in a same-origin and in a cross-origin frame are heard, each under its own number."""
    pages.page("/inner", '<script src="/start.js"></script>')
    pages.put("/start.js", "meeting(tone(500));", kind="text/javascript")
    other = f"http://localhost:{pages.port}/inner"
    body = f'<iframe src="/inner"></iframe><iframe src="{other}" allow="autoplay"></iframe>'
    async with open_room() as room:
        await room.page.goto(pages.page("/outer", body))
        heard = room.heard
        await heard.until(lambda: len(heard.chunks) == 2)
        assert heard.of(TrackSource.RTC) == [1, 2]
        assert sorted(hello["top"] for hello in heard.said("hello")) == [False, False, True]


@pytest.mark.parametrize(
    ("missing", "transport"), [("SharedWorker", "worker"), ("SharedWorker Worker", "page")]
)
async def test_the_socket_finds_another_place(pages: PageServer, missing: str, transport: str):
    """Without SharedWorker a worker owns the socket, without either the page does, and says so."""
    hide = f"""for (const name of '{missing}'.split(' '))
        globalThis[name] = class {{ constructor() {{ throw new DOMException('no', 'SecurityError'); }} }};"""
    async with open_room(before=(hide,)) as room:
        await room.page.goto(pages.page("/"))
        await room.heard.until(lambda: room.heard.said("fault"))
        assert room.heard.said("hello")[0]["transport"] == transport
        assert room.heard.said("fault")[0]["detail"] == "shared_worker: SecurityError"


async def test_words_go_both_ways(pages: PageServer):
    """What the session sends reaches the page's scripts and open ports; what they send comes back, also from a port."""
    async with open_room() as room:
        await room.page.goto(pages.page("/"))
        await room.heard.until(lambda: room.heard.said("hello"))
        await room.page.evaluate("""() => new Promise((resolve) => {
            const link = globalThis.__roomtone;
            link.onMessage('scene', (scene) => link.send({type: 'signal', heard: scene.title}));
            const port = link.openPort();
            port.onmessage = ({data}) => {
              if (data.ready) resolve();
              if (data.text?.type === 'scene') port.postMessage({text: JSON.stringify({type: 'signal', port: data.text.title})});
            };
        })""")
        room.link.send({"type": "scene", "title": "überall"})
        await room.heard.until(lambda: len(room.heard.said("signal")) == 2)
        assert {"type": "signal", "heard": "überall"} in room.heard.said("signal")
        assert {"type": "signal", "port": "überall"} in room.heard.said("signal")


async def test_the_page_knows_the_sessions_clock(pages: PageServer):
    """clockUs() is within 5 ms of the machine's monotonic clock."""
    import time

    async with open_room() as room:
        await room.page.goto(pages.page("/"))
        await room.page.wait_for_function("() => globalThis.__roomtone.clockUs() !== null")
        before = time.monotonic()
        told = await room.page.evaluate("() => globalThis.__roomtone.clockUs()")
        assert before - 0.005 < told / 1e6 < time.monotonic() + 0.005
