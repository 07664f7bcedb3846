"""A person signs in, in a real window on a display of the test's own."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from roomtone.profiles.errors import NoDisplay, NotSignedIn
from roomtone.profiles.window import display_of, sign_in
from roomtone.session.browser.chromium import BrowserOptions, open_browser
from roomtone.session.display import open_display
from roomtone.session.profile_watch import SIGNED_OUT, ProfileWatch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.profiles.conftest import LittlePlatform

    from roomtone.bot.sign_ins import SignIn

pytestmark = pytest.mark.browser


@pytest.fixture
async def display(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A display, as the environment names it to a person's programs."""
    async with open_display() as opened:
        monkeypatch.setenv("DISPLAY", opened.name)
        yield opened.name


@pytest.mark.usefixtures("display")
async def test_whoever_signs_in_is_kept(platform: LittlePlatform):
    """The window closes by itself; the platform's cookies and storage are kept, the company's are not."""
    async with asyncio.timeout(40):
        state = await sign_in(platform.place(), settle_s=0.5)
    assert {cookie.name: cookie.value for cookie in state.cookies} == {
        "visitor": "1",
        "account": "ada",
        "session": "s-1",
    }
    account = next(cookie for cookie in state.cookies if cookie.name == "account")
    assert account.http_only
    assert account.expires > time.time() + 300 * 24 * 3600
    assert [(origin.origin, origin.local_storage[0].value) for origin in state.origins] == [
        (f"http://127.0.0.1:{platform.port}", "dark")
    ]


def quit_browser() -> None:
    """What a person does who closes the last window."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if process.name() == "chromium" and "--type=" not in " ".join(process.cmdline()):
                process.terminate()


@pytest.mark.usefixtures("display")
@pytest.mark.parametrize(("path", "kept"), [("/nobody", None), ("/half", [("account", "half")])])
async def test_a_window_that_is_closed_early(
    platform: LittlePlatform, path: str, kept: list[tuple[str, str]] | None
):
    """Of nobody nothing is kept; of a sign-in that lacks a cookie, what there is."""
    async with asyncio.timeout(40), asyncio.TaskGroup() as tasks:
        signing_in = tasks.create_task(_cookies_of(platform.place(path)), name="sign-in")
        while path not in [asked for asked, _ in platform.cookies]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        for _ in range(15):  # the window is looked at every half second of this loop's time
            await asyncio.sleep(0.1)
        quit_browser()
    assert signing_in.result() == kept


async def _cookies_of(place: SignIn) -> list[tuple[str, str]] | None:
    """Of a sign-in; None: nobody signed in."""
    try:
        return [(cookie.name, cookie.value) for cookie in (await sign_in(place)).cookies]
    except NotSignedIn:
        return None


def test_no_display_is_told_with_the_ways_around_it():
    """Before any browser starts."""
    with pytest.raises(NoDisplay, match="--from-file"):
        display_of({"DISPLAY": ""})
    assert display_of({"DISPLAY": ":7"}) == ":7"
    assert display_of({"WAYLAND_DISPLAY": "wayland-0"}) is None


async def test_two_bots_have_a_copy_each(platform: LittlePlatform):
    """Both begin with the profile's cookies and storage; what one changes, the other does not see."""
    state: dict[str, Any] = {
        "cookies": [
            {"name": "session", "value": "s-1", "domain": "127.0.0.1", "path": "/", "expires": -1}
            | {"httpOnly": False, "secure": False, "sameSite": "Lax"}
        ],
        "origins": [
            {
                "origin": f"http://127.0.0.1:{platform.port}",
                "localStorage": [{"name": "theme", "value": "dark"}],
            }
        ],
    }
    url = f"http://127.0.0.1:{platform.port}/any"
    options = BrowserOptions(storage_state=state)
    async with open_browser(options) as one, open_browser(options) as two:
        await asyncio.gather(one.page.goto(url), two.page.goto(url))
        assert [cookie for path, cookie in platform.cookies if path == "/any"] == ["session=s-1"] * 2
        await one.page.evaluate("document.cookie = 'session=mine'; localStorage.setItem('theme', 'mine')")
        assert await two.page.evaluate("[document.cookie, localStorage.getItem('theme')]") == [
            "session=s-1",
            "dark",
        ]
    assert state["cookies"][0]["value"] == "s-1"


async def test_a_sign_in_that_the_platform_takes_back_is_noticed(platform: LittlePlatform):
    """After the page was opened the session sees which cookies are gone, and says so once."""
    told: list[str] = []
    watch = ProfileWatch(
        platform.place(), lambda code, message: told.append(f"{code}: {message}"), has_profile=True
    )
    cookies = [
        {"name": name, "value": "x", "domain": "127.0.0.1", "path": "/", "expires": time.time() + 3600}
        | {"httpOnly": False, "secure": False, "sameSite": "Lax"}
        for name in ("account", "session")
    ]
    async with open_browser(BrowserOptions(storage_state={"cookies": cookies, "origins": []})) as browser:
        await browser.page.goto(f"http://127.0.0.1:{platform.port}/any")
        await watch.look(browser.page)
        assert told == []
        await browser.page.goto(f"http://127.0.0.1:{platform.port}/signed-out")
        await watch.look(browser.page)
        await watch.look(browser.page)
    assert len(told) == 1
    assert told[0].startswith(f"{SIGNED_OUT}: ")
    assert "took back session)" in told[0]
