"""The bot opens and closes its microphone, on small pages of the Zoom client's looks."""

from __future__ import annotations

import pytest

from roomtone.bot.request import BotRequest
from roomtone.session.platforms.base import Observation, ScreenKind
from roomtone.session.platforms.errors import NotPossible
from roomtone.session.platforms.zoom import microphone

pytestmark = pytest.mark.browser

ADDRESS = "https://app.zoom.us/wc/"
BUTTON = """<div id="meeting-app"><footer id="wc-footer" style="opacity:0"><div id="foot-bar">
<div class="join-audio-container"><button class="join-audio-container__btn" aria-label="{label}">Audio</button></div>
<div class="footer__leave-btn-container"><button aria-label="Leave">Leave</button></div></div></footer></div>
<script>
const rule = "{rule}";
let presses = 0;
const button = document.querySelector(".join-audio-container__btn");
button.addEventListener("click", () => {{
  presses += 1;
  const label = button.getAttribute("aria-label");
  if (rule === "deaf" || (rule === "misses" && presses === 1)) return;
  if (rule === "forbidden" && label.startsWith("unmute")) return;
  setTimeout(() => button.setAttribute("aria-label",
    label.startsWith("unmute") ? "mute my microphone" : "unmute my microphone"), 100);
}});
if (rule === "joins") setTimeout(() => button.setAttribute("aria-label", "unmute my microphone"), 600);
</script>"""
LABEL = "document.querySelector('.join-audio-container__btn').getAttribute('aria-label')"


def call(label: str = "unmute my microphone", rule: str = "") -> str:
    """A call whose audio button says this, and follows a rule."""
    return BUTTON.format(label=label, rule=rule)


PAGES = {
    "plain": call(),
    "joins": call("audio", "joins"),
    "misses": call(rule="misses"),
    "forbidden": call(rule="forbidden"),
    "deaf": call("mute my microphone", "deaf"),
    "outside": call("join audio"),
    "none": "<p>nothing here</p>",
    "framed": '<iframe name="webclient" src="https://app.zoom.us/wc/plain" width=900 height=500></iframe>',
}


async def test_the_microphone_is_opened_and_closed(visit):
    """By the audio button; in a frame, where the sound is just being joined, and where a press is lost."""
    async with visit({f"wc/{name}": html for name, html in PAGES.items()}) as one:
        for name in ("plain", "framed", "joins", "misses"):
            await one.page.goto(ADDRESS + name)
            client = one.page.frames[-1]
            await one.driver.show_microphone(one.page, on=True)
            assert await client.evaluate(LABEL) == "mute my microphone", name
            assert await one.driver.is_microphone_on(one.page) is True
            await one.driver.show_microphone(one.page, on=True)
            await one.driver.show_microphone(one.page, on=False)
            assert await client.evaluate(LABEL) == "unmute my microphone", name
            assert await one.driver.is_microphone_on(one.page) is False
            assert await client.evaluate("presses") == (3 if name == "misses" else 2), name


async def test_a_microphone_that_does_not_open_says_why(visit):
    """The host may not allow it; the sound is not joined; there is no button, and nothing to be closed."""
    async with visit({f"wc/{name}": html for name, html in PAGES.items()}) as one:
        for name, reason in (
            ("forbidden", "host may not allow"),
            ("outside", "not joined the meeting's sound"),
            ("none", "no microphone button"),
        ):
            await one.page.goto(ADDRESS + name)
            with pytest.raises(NotPossible, match=reason):
                await microphone.show_microphone(one.page, on=True, within_s=0.4)
            await microphone.show_microphone(one.page, on=False, within_s=0.4)
        assert await one.driver.is_microphone_on(one.page) is None
        await one.page.goto(ADDRESS + "deaf")
        with pytest.raises(NotPossible, match="did not close"):
            await microphone.show_microphone(one.page, on=False, within_s=0.4)


async def test_a_microphone_is_closed_unless_the_bot_speaks(visit):
    """Whoever opened it; once the bot has ceased to speak too."""
    seen = Observation("call", ScreenKind.CALL)
    request = BotRequest(meeting_link="https://zoom.us/j/81234567890", bot_name="Roomtone")
    async with visit({f"wc/{name}": html for name, html in PAGES.items()}) as one:
        await one.page.goto(ADDRESS + "plain")
        await one.driver.show_microphone(one.page, on=True)
        await one.driver.tend(one.page, seen, request)
        assert await one.driver.is_microphone_on(one.page) is True
        await one.driver.show_microphone(one.page, on=False)
        await one.page.evaluate("button.click()")
        await one.page.wait_for_function(f"{LABEL} === 'mute my microphone'")
        await one.driver.tend(one.page, seen, request)
        await one.page.wait_for_function(f"{LABEL} === 'unmute my microphone'")
        assert await one.driver.is_microphone_on(one.page) is False
