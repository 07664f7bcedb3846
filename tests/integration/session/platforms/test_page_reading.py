"""Looking at a page, typing, pressing and sweeping, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from roomtone.session import arrival
from roomtone.session.browser.chromium import BrowserOptions, open_browser
from roomtone.session.platforms.closed_roots import note_closed_roots
from roomtone.session.platforms.page_reading import find, find_soon, look, press, read_match, type_text
from roomtone.session.platforms.screens import Evidence, Presence
from roomtone.session.platforms.sweeping import Nuisance, sweep

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

pytestmark = pytest.mark.browser

SHADOW_ROOTS = Path(arrival.__file__).parent / "browser" / "js" / "shadow_roots.js"

HIDDEN_WAYS = """
<p class="display" style="display:none">words</p>
<p class="visibility" style="visibility:hidden">words</p>
<p class="off" style="position:absolute;left:-9999px">words</p>
<p class="small" style="width:10px;height:9px;overflow:hidden">words</p>
<div style="height:0;overflow:hidden"><p class="cut">words</p></div>
<p class="transparent" style="opacity:0">words</p>
<div style="height:0;overflow:hidden"><p class="placed" style="position:fixed;top:0">words</p></div>
<p class="plain">words</p>"""


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page into which tests put what they look at; scripts run in it before it is filled."""
    options = BrowserOptions(init_scripts=(SHADOW_ROOTS.read_text(),))
    async with open_browser(options) as browser:
        await browser.context.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
        await browser.page.goto("https://meeting.example/")
        yield browser.page


async def fill(page: Page, html: str) -> None:
    """Put this into the page's body, its scripts not run, closed roots in it made."""
    await page.evaluate("(html) => document.body.setHTMLUnsafe(html)", html)


async def test_what_is_faded_out_is_found_and_pressed_where_it_may_be(page: Page):
    """A button in a bar that is not to be seen is found by who asks for hidden ones, and pressed at once."""
    await fill(
        page, "<div style='visibility:hidden'><button onclick='window.pressed = true'>Leave</button></div>"
    )
    assert await find_soon(page, "button", within_s=0.3) is None
    button = await find_soon(page, "button", within_s=0.3, hidden=True)
    assert button is not None
    await press(button)
    assert await page.evaluate("window.pressed") is True


async def test_what_counts_as_there(page: Page):
    """Each way of hiding is seen through: attached, laid out, placed on the page, to be seen by a person."""
    await fill(page, HIDDEN_WAYS)
    names = ("display", "visibility", "off", "small", "cut", "transparent", "placed", "plain")

    async def there(presence: Presence) -> set[str]:
        return set(await look(page, [Evidence(name, f".{name}", presence=presence) for name in names]))

    assert await there(Presence.ATTACHED) == set(names)
    assert await there(Presence.RENDERED) == set(names) - {"display"}
    assert await there(Presence.PLACED) == {"transparent", "placed", "plain"}
    assert await there(Presence.SHOWN) == {"placed", "plain"}


async def test_a_pattern_fits_the_whole_a_line_or_the_label(page: Page):
    """The beginning of a line is a beginning; spaces, case and apostrophes are evened out."""
    await fill(
        page,
        "<div id=a><b>Title</b><p>Bots  aren\u2019t\nAllowed</p></div><i id=b aria-label='Leave Now'>x</i>",
    )
    wanted = [
        Evidence("line", "#a", pattern="^bots aren't allowed$"),
        Evidence("whole", "#a", pattern="^title bots"),
        Evidence("label", "#b", pattern="^leave now$"),
        Evidence("middle", "#a", pattern="^aren't"),
        Evidence("text", "#a", text="TITLE bots aren't"),
        Evidence("broken", "#a[", pattern="x"),
    ]
    assert await look(page, wanted) == {"line", "whole", "label", "text"}


async def test_closed_roots_are_seen_once_they_are_noted(page: Page):
    """What no script attached is found by the browser's own knowledge, in frames of the page too."""
    inside = "<div><template shadowrootmode=closed><p>secret words</p></template></div>"
    wanted = [Evidence("secret", ":host > *", pattern="^secret words$")]
    await fill(page, inside)
    assert await look(page, wanted) == frozenset()
    assert await note_closed_roots(page) == 1
    assert await look(page, wanted) == {"secret"}
    assert await note_closed_roots(page) == 1  # noted once, whatever the number of walks
    await fill(page, "")
    assert await look(page, wanted) == frozenset()


async def test_typing_replaces_what_stands_there_and_is_noticed(page: Page):
    """Real keys reach a form that keeps its own copy, an old text goes, and what has no room is left out."""
    await fill(page, "<input id=a value='Guest'><input id=b maxlength=4><input id=c value=x>")
    await page.evaluate(
        """() => { window.keys = 0;
          document.getElementById("a").addEventListener("keydown", () => { window.keys += 1; });
          const c = document.getElementById("c");
          // A form that is made anew under the keys loses the first of them.
          c.addEventListener("keyup", () => { if (c.value.length === 2 && !window.lost) { window.lost = 1; c.value = ""; } });
        }"""
    )
    await type_text(page.locator("#a"), "Ada \u00c5")
    await type_text(page.locator("#b"), "123456")
    await type_text(page.locator("#c"), "Grace")
    held = await page.evaluate("['a', 'b', 'c'].map((id) => document.getElementById(id).value)")
    assert held == ["Ada \u00c5", "1234", "Grace"]
    assert await page.evaluate("window.keys") >= 4


async def test_pressing_what_lies_under_something(page: Page):
    """A covered button is pressed, an open one by a real press; hidden ones are found where that is wanted."""
    await fill(
        page,
        "<button id=a>a</button><button id=b>b</button><button id=c style='display:none'>c</button>"
        "<div id=over style='position:fixed;inset:0'></div>",
    )
    await page.evaluate(
        """() => { window.trusted = {};
          document.addEventListener("click", (event) => { window.trusted[event.target.id] = event.isTrusted; }); }"""
    )
    covered, hidden = await find(page, "#a"), await find(page, "#c", hidden=True)
    assert covered is not None
    assert hidden is not None
    assert await find(page, "#c") is None
    await press(covered)
    await press(hidden)
    await page.evaluate("document.getElementById('over').remove()")
    await press(page.locator("#b"))
    assert await page.evaluate("window.trusted") == {"a": False, "b": True, "c": False}


async def test_reading_what_an_expression_fits(page: Page):
    """The first group that took part, of what is visible."""
    await fill(page, "<p style='display:none'>code 1</p><p>Error CODE: 4711</p>")
    assert await read_match(page, "p", r"x(\d)|code\W*(\d+)") == "4711"
    assert await read_match(page, "p", r"nothing (\d)") == ""


async def test_only_the_named_button_of_the_named_box_is_swept(page: Page):
    """A button of the same looks in another box stays, and so does a box that says what it must not."""
    await fill(
        page,
        "<div class=box id=a>Recorded <button>Leave</button><button>Got it</button></div>"
        "<div class=box id=b>Recorded, and has ended <button>Got it</button></div>"
        "<div class=other><button>Got it</button></div><button id=cookies>Reject</button>",
    )
    await page.evaluate(
        """() => { window.pressed = []; document.addEventListener("click", ({ target }) => {
          window.pressed.push(`${target.parentElement.id}|${target.textContent}`); target.parentElement.remove(); }); }"""
    )
    rows = (
        Nuisance("notice", ".box", "button", words=("recorded",), label=("got it",), never=("has ended",)),
        Nuisance("cookies", "#cookies", ":scope"),
    )
    assert await sweep(page, rows) == ("notice", "cookies")
    assert await page.evaluate("window.pressed") == ["a|Got it", "|Reject"]
