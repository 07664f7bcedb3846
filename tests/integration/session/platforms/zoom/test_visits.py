"""The driver and the joining machine together, on small pages that behave as Zoom's client does."""

from __future__ import annotations

import asyncio

import pytest
from tests.integration.session.platforms.zoom.conftest import IMPATIENT
from tests.integration.session.platforms.zoom.zoom_pages import (
    IN_CALL,
    PEOPLES_WORDS,
    dialog,
    form,
    room,
)

from roomtone.bot.end_reasons import EndReason
from roomtone.session.page_watch import LOOK_EVERY_S
from roomtone.session.platforms.dressing import dress, undress
from roomtone.session.platforms.joining import End, ReportAdmitted, ReportWaiting
from roomtone.session.platforms.zoom.view import zoom_dressing

pytestmark = pytest.mark.browser

SCRIPT = """<script>
window.log = [];
const pressed = (what) => window.log.push(what);
const show = (html) => { document.getElementById("stage").innerHTML = html; };
const box = (name) => document.getElementById("input-for-" + name);
document.addEventListener("click", (event) => {
  const button = event.target.closest("button, a");
  if (button) { pressed(button.className + "|" + button.textContent.trim()); onPress(button); }
}, true);
</script>"""


def page(stage: str, on_press: str, more: str = "") -> str:
    """A page with something on its stage, and what it does when a button is pressed (``button``)."""
    return (
        f"{SCRIPT}<script>function onPress(button) {{ {on_press} }}</script><div id=stage>{stage}</div>{more}"
    )


NO_PASSCODE = form().replace('<input id="input-for-pwd" type="text">', "")
TO_CALL = f"if (button.matches('.preview-join-button')) show(`{IN_CALL}`);"


def is_admitted(report) -> bool:
    """The bot is in the meeting."""
    return isinstance(report, ReportAdmitted)


async def test_a_whole_stay(visit):
    """Name typed over the old one, covered Join pressed, admitted; nobody's words end it; the host does."""
    preview = NO_PASSCODE.replace('type="text">', 'type="text" value="Guest">') + (
        '<button id="preview-audio-control-button" aria-label="Mute">m</button>'
        '<button id="preview-video-control-button" aria-label="Start Video">v</button>'
        '<div style="position:fixed;inset:0;z-index:9"></div>'
    )
    on_press = f"""
      if (button.id === "preview-audio-control-button") button.setAttribute("aria-label", "Unmute");
      if (button.matches(".preview-join-button")) {{ window.joined_as = box("name").value; show(`{IN_CALL}`); }}"""
    async with visit(page(preview, on_press)) as one:
        running = asyncio.get_running_loop()

        def take(report) -> bool:
            if is_admitted(report):
                running.call_soon(spoken.set)
            return isinstance(report, End)

        spoken = asyncio.Event()

        async def meeting() -> None:
            await spoken.wait()
            await one.page.evaluate(
                "(html) => { document.body.insertAdjacentHTML('beforeend', html); }", PEOPLES_WORDS
            )
            await asyncio.sleep(3.0)
            assert not any(isinstance(report, End) for report in one.reports)
            ended = dialog("This meeting has been ended by host", label="Meeting is end now")
            await one.page.evaluate(
                "(html) => { document.body.insertAdjacentHTML('beforeend', html); }", ended
            )

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(meeting(), name="meeting")
            end = await one.run(30, take)
        assert end == End(EndReason.MEETING_ENDED, "Zoom says that the meeting is over")
        assert await one.page.evaluate("window.joined_as") == "Roomtone"
        log = await one.page.evaluate("window.log")
        assert not any("|OK" in pressed for pressed in log)
        assert sum("|v" in pressed for pressed in log) == 0
        assert sum("|m" in pressed for pressed in log) == 1


async def test_the_bots_own_tiles_are_not_in_the_picture(visit):
    """While others are there, the bot's tiles are made transparent; undressed, the page is as before."""
    tile = (
        '<div class="speaker-{0}-container__video-frame"><div class="video-avatar__avatar">'
        '<div class="video-avatar__avatar-footer"><span>{1}</span></div></div></div>'
    )
    tiles = tile.format("bar", "Roomtone") + tile.format("bar", "Ada") + tile.format("active", "Roomtone")
    shown = """() => [...document.querySelectorAll("[class*=__video-frame]")].map((one) => getComputedStyle(one).opacity)"""
    async with visit(IN_CALL + tiles) as one:
        await one.page.goto("https://app.zoom.us/wc/81234567890/join")
        await dress(one.page, zoom_dressing("Roomtone"))
        assert await one.page.evaluate(shown) == ["0", "1", "0"]
        await undress(one.page)
        assert await one.page.evaluate(shown) == ["1", "1", "1"]


async def test_in_a_frame(visit):
    """The client may live in a frame of the page: form, call, leave."""
    leave = """if (button.textContent === "Leave") document.body.insertAdjacentHTML("beforeend",
        "<div class='leave-meeting-options'><button class='leave-meeting-options__btn--danger'>Leave Meeting</button></div>");
      if (button.matches(".leave-meeting-options__btn--danger")) { top.left = true; show(""); }"""
    pages = {
        "wc/frame": page(NO_PASSCODE, TO_CALL + leave),
        "": "<header>Zoom <button>Sign in</button></header>"
        '<iframe class="pwa-webclient__iframe" src="https://app.zoom.us/wc/frame" width=900 height=600></iframe>',
    }
    async with visit(pages) as one:
        assert is_admitted(await one.run(20, is_admitted))
        await one.driver.leave(one.page)
        assert await one.page.evaluate("window.left")


async def test_passcodes_until_one_fits(visit):
    """The link's hash is refused, the hash without its suffix is not."""
    on_press = f"""if (!button.matches(".preview-join-button")) return;
      if (box("pwd").value === "aBc") show(`{IN_CALL}`);
      else document.getElementById("error-for-pwd").textContent = "Incorrect Password";"""
    async with visit(page(form(), on_press)) as one:
        link = "https://zoom.us/j/81234567890?pwd=aBc.1"
        assert is_admitted(await one.run(30, is_admitted, link))


async def test_a_wrong_passcode(visit):
    """When nothing fits it is told, soon, and as that."""
    on_press = """if (button.matches(".preview-join-button"))
      document.getElementById("error-for-pwd").textContent = "Passcode wrong. Please re-enter";"""
    async with visit(page(form(), on_press)) as one:
        end = await one.run(30, link="https://zoom.us/j/81234567890?pwd=aBc")
        assert end.reason is EndReason.PASSCODE_WRONG
        assert one.driver.looks < 15 / LOOK_EVERY_S


async def test_a_missing_passcode(visit):
    """A form that asks for what nobody gave."""
    async with visit(page(form(), "")) as one:
        assert (await one.run(15)).reason is EndReason.PASSCODE_MISSING


async def test_a_join_that_is_swallowed_at_first(visit):
    """A form that is made anew under the first press is filled in again."""
    on_press = f"""if (!button.matches(".preview-join-button")) return;
      window.tries = (window.tries ?? 0) + 1;
      if (window.tries === 1) show(`{NO_PASSCODE}`);
      else if (box("name").value === "Roomtone") show(`{IN_CALL}`);"""
    async with visit(page(NO_PASSCODE, on_press)) as one:
        assert is_admitted(await one.run(30, is_admitted))


async def test_a_join_that_never_reacts(visit):
    """The form is filled in and nothing ever happens: it is told, by the machine's limit for that."""
    async with visit(page(NO_PASSCODE, "")) as one:
        assert (await one.run(20, limits=IMPATIENT)).reason is EndReason.JOIN_IGNORED


async def test_a_form_that_waits_for_an_address(visit):
    """A webinar's form whose Join stays disabled for want of an e-mail address says so."""
    asks = NO_PASSCODE.replace("preview-join-button ", "preview-join-button disabled").replace(
        "<button", '<input id="input-for-email"><button'
    )
    async with visit(page(asks, "")) as one:
        assert (await one.run(25)).reason is EndReason.REGISTRATION_REQUIRED


async def test_a_refusal_that_nobody_knows(visit):
    """It is told with the code that the dialog shows."""
    refusal = dialog("Unable to join this meeting", "The moon is full. Error code: 4711")
    on_press = f"""if (button.matches(".preview-join-button")) show(`{NO_PASSCODE}{refusal}`);"""
    async with visit(page(NO_PASSCODE, on_press)) as one:
        end = await one.run(20)
        assert (end.reason, "4711" in end.detail) == (EndReason.JOIN_REFUSED, True)


async def test_the_question_about_devices(visit):
    """It is answered twice, without the browser's own question, and the form behind it is filled in."""
    question = (
        '<div class="pepc-permission-dialog"><usermedia>Use microphone and camera</usermedia>'
        '<span role="button" class="pepc-permission-dialog__footer-button">'
        "Continue without microphone and camera</span></div>"
    )
    more = """<script>document.addEventListener("click", ({ target }) => {
      if (!target.matches(".pepc-permission-dialog__footer-button")) return;
      if (target.textContent.includes("and camera")) target.textContent = "Continue without microphone";
      else target.parentElement.remove(); });</script>"""
    async with visit(page(NO_PASSCODE + question, TO_CALL, more)) as one:
        assert is_admitted(await one.run(20, is_admitted))


async def test_a_wall_in_markup_of_a_closed_root(visit):
    """A wall that no script made is found by the browser's own eyes, not after the form's whole patience."""
    wall = "<div id=h><template shadowrootmode=closed><div><p>We detected you may be a bot.</p></div></template></div>"
    async with visit(page(NO_PASSCODE, "", wall)) as one:
        end = await one.run(30)
        assert end.reason is EndReason.BOT_DETECTED
        assert one.driver.looks < 12 / LOOK_EVERY_S


async def test_the_waiting_room_and_its_exit(visit):
    """Waiting is reported, consent asked there is given, and one can leave."""
    consent = (
        "<div class='zm-modal recording-disclaimer-dialog' role=dialog><h3>This meeting is being recorded</h3>"
        "<button>Leave Meeting</button><button class=agree>Got it</button></div>"
    )
    on_press = f"""if (button.matches(".preview-join-button")) show(`{room("Host has joined.")}{consent}`);
      if (button.matches(".agree")) button.parentElement.remove();
      if (button.matches(".leave-btn")) {{ window.gone = true; show(""); }}"""
    async with visit(page(NO_PASSCODE, on_press)) as one:
        assert isinstance(await one.run(20, lambda report: isinstance(report, ReportWaiting)), ReportWaiting)
        await one.driver.tend(one.page, await one.driver.observe(one.page), None)
        assert await one.page.evaluate("document.querySelector('.agree')") is None
        await one.driver.leave(one.page)
        assert await one.page.evaluate("window.gone")
        assert not any("Leave Meeting" in pressed for pressed in await one.page.evaluate("window.log"))


async def test_sound_is_joined_and_kept_muted(visit):
    """Where the client asks how to join the sound, it is told; an open microphone is closed."""
    audio = '<button class="join-audio-container__btn" aria-label="join audio">Join Audio</button>'
    on_press = f"""{TO_CALL}
      if (button.matches(".preview-join-button")) document.getElementById("wc-footer").insertAdjacentHTML("beforeend", `{audio}`);
      if (button.getAttribute("aria-label") === "join audio") document.body.insertAdjacentHTML("beforeend",
        "<div role=dialog id=how><button class='join-audio-by-voip__join-btn'>Join Audio by Computer</button></div>");
      if (button.matches(".join-audio-by-voip__join-btn")) {{
        document.querySelector(".join-audio-container__btn").setAttribute("aria-label", "mute my microphone");
        document.getElementById("how").remove(); }}
      if (button.getAttribute("aria-label") === "mute my microphone")
        setTimeout(() => button.setAttribute("aria-label", "unmute my microphone"));"""
    async with visit(page(NO_PASSCODE, on_press)) as one:
        watching = asyncio.Event()

        async def wait_for_sound() -> None:
            wanted = ".join-audio-container__btn[aria-label='unmute my microphone']"
            await one.page.wait_for_selector(wanted, state="attached", timeout=25_000)
            watching.set()
            await one.page.evaluate(
                "(html) => { document.body.insertAdjacentHTML('beforeend', html); }",
                dialog("You have been removed"),
            )

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(wait_for_sound(), name="sound")
            end = await one.run(30, lambda report: isinstance(report, End))
        assert watching.is_set()
        assert end.reason is EndReason.REMOVED_BY_HOST


async def test_the_launch_page(visit):
    """A link that leads to the launch page goes on to the browser's client; where none is offered, it says so."""
    pages = {
        "wc/": page(NO_PASSCODE, TO_CALL),
        "my/": "<script>location.href = 'https://zoom.us/j/81234567890?pwd=x'</script>",
        "j/": page("<button>Launch Meeting</button>", ""),
    }
    async with visit(pages) as one:
        assert is_admitted(await one.run(20, is_admitted, "https://zoom.us/my/ada.lovelace"))
    pages["wc/"] = "<script>location.href = 'https://zoom.us/j/81234567890'</script>"
    async with visit(pages) as one:
        assert (await one.run(20, limits=IMPATIENT)).reason is EndReason.WEB_CLIENT_BLOCKED
