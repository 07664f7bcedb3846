"""The practice meeting in a real Chromium: what is heard and seen, and what the page says."""

# ruff: noqa: ASYNC110 - pages are asked until they answer

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import Error as PageError

from roomtone.practice.server import PracticeServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import Browser, Page

    from roomtone.practice.script import Script

    from .conftest import PageGuest

    MakeScript = Callable[..., Script]

pytestmark = pytest.mark.browser

WATCH_S = 6

LISTEN_AND_LOOK = """async (forMs) => {
  const stream = document.querySelector('[data-participant-id=scripted-1] video').srcObject;
  const reader = (track) => new MediaStreamTrackProcessor({ track }).readable.getReader();
  const sound = reader(stream.getAudioTracks()[0]), pictures = reader(stream.getVideoTracks()[0]);
  const end = performance.now() + forMs, beeps = [], onsets = [], flashes = [];
  let samples = 0, frames = 0;
  const listen = async () => {
    let quiet = 1e9;
    while (performance.now() < end) {
      const { value } = await sound.read();
      const part = new Float32Array(value.numberOfFrames);
      value.copyTo(part, { planeIndex: 0, format: 'f32-planar' });
      for (let index = 0; index < part.length; index++) {
        if (Math.abs(part[index]) < 0.1) { quiet++; continue; }
        if (quiet > 20000) {
          beeps.push(performance.now() - (part.length - index) / 48);
          onsets.push(value.timestamp / 1000 + index / 48);
        }
        quiet = 0;
      }
      samples += part.length;
      value.close();
    }
  };
  const look = async () => {
    const canvas = new OffscreenCanvas(16, 9).getContext('2d', { willReadFrequently: true });
    let lit = true;
    while (performance.now() < end) {
      const { value } = await pictures.read();
      canvas.drawImage(value, 0, 0, 16, 9);
      const now = canvas.getImageData(0, 0, 1, 1).data[0] > 128;
      if (now && !lit) flashes.push(performance.now());
      lit = now;
      frames++;
      value.close();
    }
  };
  await Promise.all([listen(), look()]);
  return { beeps, onsets, flashes, samples, frames };
}"""


def of_kind(statistics: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The received tracks of a kind that have brought anything."""
    return [entry for entry in statistics if entry["kind"] == kind and entry.get("packetsReceived", 0) > 0]


async def until(page: Page, condition: str) -> None:
    """Wait until a condition is true in the page."""
    async with asyncio.timeout(15):
        while not await page.evaluate(condition):
            await asyncio.sleep(0.1)


async def test_flash_and_beep_arrive_together(
    script: MakeScript, chromium: Browser, page_guest: type[PageGuest]
) -> None:
    """Sound and picture of a participant come whole, on time, and within 40 ms of each other."""
    people = [{"name": "Grace", "camera": "flash", "says": [{"at_s": 0, "tone": "beep", "every_s": 1}]}]
    async with PracticeServer(script(participants=people)) as server:
        guest = await page_guest.open(chromium, server.url)
        await guest.join("Bot")
        await until(
            guest.page,
            "document.querySelector('.tile[data-participant-id=scripted-1] video')?.videoWidth > 0",
        )
        await asyncio.sleep(2)
        heard = await guest.page.evaluate(LISTEN_AND_LOOK, WATCH_S * 1000)
        statistics = await guest.statistics()
    assert heard["frames"] / WATCH_S == pytest.approx(30, abs=1.5)
    assert heard["samples"] / WATCH_S == pytest.approx(48_000, rel=0.02)
    assert len(heard["flashes"]) >= WATCH_S - 1
    offsets = [min((beep - flash for beep in heard["beeps"]), key=abs) for flash in heard["flashes"][1:-1]]
    assert abs(sum(offsets) / len(offsets)) < 40
    periods = [after - before for before, after in zip(heard["onsets"], heard["onsets"][1:], strict=False)]
    assert sum(periods) / len(periods) == pytest.approx(1000, abs=15)
    assert [entry["packetsLost"] for entry in statistics] == [0] * len(statistics)
    assert guest.complaints == []


async def test_the_clip_is_heard_when_the_script_says(
    script: MakeScript, chromium: Browser, page_guest: type[PageGuest]
) -> None:
    """A voice is silent, then heard; the page lights up its owner's tile; the truth is noted to the millisecond."""
    people = [{"name": "Ada", "says": [{"at_s": 2.013, "file": "goforward.flac"}]}, {"name": "Grace"}]
    async with PracticeServer(script(participants=people, clock="bot_admitted")) as server:
        guest = await page_guest.open(chromium, server.url)
        await guest.join("Bot")
        await asyncio.sleep(1.5)
        before = of_kind(await guest.statistics(), "audio")
        await until(
            guest.page,
            "document.querySelector('[data-participant-id=scripted-1]').dataset.speaking === 'true'",
        )
        assert await guest.page.inner_text("[data-speaking=true] .tile-name") == "Ada"
        await asyncio.sleep(3)
        after = of_kind(await guest.statistics(), "audio")
        noted = {each.what: each.facts for each in server.happenings if each.what.startswith("clip_")}
    assert len(before) == 2
    assert max(entry["totalAudioEnergy"] for entry in before) < 1e-5
    assert sorted(entry["totalAudioEnergy"] > 1e-4 for entry in after) == [False, True]
    assert noted["clip_began"]["scheduled_s"] == 2.013
    assert 0 <= noted["clip_began"]["sent_s"] - 2.013 < 0.05
    assert noted["clip_ended"]["sent_s"] - noted["clip_began"]["sent_s"] == pytest.approx(2.786, abs=0.05)


async def test_late_joiners_and_shared_screens_are_seen(
    script: MakeScript, chromium: Browser, page_guest: type[PageGuest]
) -> None:
    """Who joins after the guest is called by the page, and a shared screen takes the stage and leaves it."""
    people = [
        {"name": "Ada", "shares": [{"from_s": 1, "to_s": 5, "file": "slide.png"}]},
        {"name": "Grace", "joins_s": 0.5, "leaves_s": 6, "camera": "pattern", "camera_size": "640x360"},
    ]
    async with PracticeServer(script(participants=people, clock="bot_admitted")) as server:
        guest = await page_guest.open(chromium, server.url)
        await guest.join("Bot")
        page = guest.page
        await until(
            page, "document.querySelector('[data-participant-id=scripted-2] video')?.videoWidth === 640"
        )
        await until(page, "document.querySelector('#stage video')?.videoWidth === 1280")
        assert await page.inner_text("#participant-count") == "3"
        assert await page.is_visible("#stage")
        await until(page, "document.querySelector('#stage').hidden")
        await until(page, "document.querySelectorAll('.tile').length === 2")
        fits = "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"
        assert await page.evaluate(fits)
    assert guest.complaints == []


async def test_two_people_hear_and_see_each_other(
    script: MakeScript, chromium: Browser, page_guest: type[PageGuest]
) -> None:
    """Guests with devices are connected to each other, browser to browser, and chat."""
    async with PracticeServer(script()) as server:
        first = await page_guest.open(chromium, server.url, devices=True)
        await first.join("Max")
        await first.page.wait_for_selector("#call:not([hidden])")
        second = await page_guest.open(chromium, server.url, devices=True)
        await second.join("Eva")
        await first.page.click("#microphone")
        await second.page.click("#camera")
        await until(
            first.page,
            "document.querySelector('[data-participant-id=guest-2] video')?.videoWidth > 0",
        )
        await until(
            second.page,
            "[...document.querySelectorAll('.tile')].some((each) => each.dataset.speaking === 'true')",
        )
        assert await second.page.inner_text("[data-speaking=true] .tile-name") == "Max"
        async with asyncio.timeout(10):
            while not any(
                entry["totalAudioEnergy"] > 1e-4 for entry in of_kind(await second.statistics(), "audio")
            ):
                await asyncio.sleep(0.2)
        await first.page.fill("#chat-text", "<img src=x onerror=alert(1)>")
        await first.page.press("#chat-text", "Enter")
        await second.page.wait_for_selector(".chat-message", state="attached")
        assert await second.page.text_content(".chat-text") == "<img src=x onerror=alert(1)>"
        await first.page.click("#leave")
        assert await first.ended("left") == "You left the meeting"
        await until(second.page, "document.querySelectorAll('.tile').length === 2")
        await second.page.click("#camera")
    assert (first.complaints, second.complaints) == ([], [])


async def test_devices_are_not_needed(
    script: MakeScript, chromium: Browser, page_guest: type[PageGuest]
) -> None:
    """Without permission the page says so, and the meeting goes on; a mute by the host is shown."""
    events = [{"at_s": 1.5, "what": "bot_muted_by_host"}]
    async with PracticeServer(script(events=events, clock="bot_admitted")) as server:
        guest = await page_guest.open(chromium, server.url)
        assert await guest.page.is_disabled("#join")
        await guest.join("Ωmega 🦊")
        await guest.page.click("#microphone")
        await until(
            guest.page, "document.querySelector('#notice').textContent === 'The microphone cannot be used'"
        )
        await until(guest.page, "document.querySelector('#notice').textContent === 'The host muted you'")
        assert "Ωmega 🦊 (you)" in await guest.page.inner_text("#tiles")


@pytest.mark.parametrize(
    ("fields", "reason", "text"),
    [
        ({"ends": {"at_s": 1, "how": "ended"}}, "ended", "The meeting has ended"),
        ({"ends": {"at_s": 1, "how": "bot_removed"}}, "removed", "You were removed from the meeting"),
        ({"ends": {"at_s": 1, "how": "connection_lost"}}, "lost", "The connection was lost"),
        (
            {"admission": {"mode": "lobby", "after_s": 0.5, "outcome": "deny"}},
            "denied",
            "You were not let in",
        ),
    ],
)
async def test_every_end_has_its_words(
    script: MakeScript,
    chromium: Browser,
    page_guest: type[PageGuest],
    fields: dict[str, Any],
    reason: str,
    text: str,
) -> None:
    """The page says how it ended, in words and in its attribute."""
    async with PracticeServer(script(clock="bot_admitted", **fields)) as server:
        guest = await page_guest.open(chromium, server.url)
        await guest.join("Bot")
        if reason == "denied":
            await guest.page.wait_for_selector("section#lobby:not([hidden])")
            assert "Waiting for the host to let you in" in await guest.page.inner_text("#lobby")
        assert await guest.ended(reason) == text
    assert guest.complaints == []


async def test_an_unknown_meeting_says_so(
    script: MakeScript, chromium: Browser, page_guest: type[PageGuest]
) -> None:
    """Its page is a 404 with the same strict policy."""
    async with PracticeServer(script()) as server:
        guest = await page_guest.open(chromium, server.url)
        answer = await guest.page.goto(server.url + "-of-somebody-else")
        assert answer is not None
        assert answer.status == 404
        assert "require-trusted-types-for 'script'" in answer.headers["content-security-policy"]
        assert "There is no such meeting" in await guest.page.inner_text("section#not-found")


async def test_a_painted_meeting_has_no_tracks(
    script: MakeScript, chromium: Browser, page_guest: type[PageGuest]
) -> None:
    """Voices come out of one AudioContext, pictures stand on canvases, and there is no connection at all."""
    people = [
        {
            "name": "Grace",
            "camera": "pattern",
            "camera_size": "640x360",
            "says": [{"at_s": 0, "tone": "beep", "every_s": 0.2}],
            "shares": [{"from_s": 1, "file": "slide.png"}],
        }
    ]
    async with PracticeServer(script(participants=people, variant="painted", clock="bot_admitted")) as server:
        guest = await page_guest.open(chromium, server.url)
        await guest.page.evaluate(
            "() => { const plain = AudioContext; globalThis.AudioContext = class extends plain {"
            " constructor(options) { super(options); globalThis.heard = this.createAnalyser(); }"
            " createBufferSource() { const made = super.createBufferSource(); made.connect(heard); return made; } }; }"
        )
        await guest.join("Bot")
        await until(guest.page, "document.querySelector('.tile canvas')?.width === 640")
        await until(guest.page, "document.querySelector('#stage canvas')?.width === 640")
        loud = "(() => { const part = new Float32Array(heard.fftSize); heard.getFloatTimeDomainData(part);"
        await until(guest.page, f"{loud} return Math.max(...part) > 0.3; }})()")
        assert await guest.page.evaluate("connections.length") == 0
        assert [each.facts["name"] for each in server.happenings if each.what == "clip_began"] == ["Grace"]
    assert guest.complaints == []


@pytest.mark.parametrize(("variant", "answers_again"), [("slow_page", True), ("never_answers", False)])
async def test_troubled_pages_block(
    script: MakeScript,
    chromium: Browser,
    page_guest: type[PageGuest],
    variant: str,
    answers_again: bool,
) -> None:
    """A slow page stops answering for seconds at a time, the other for ever."""
    async with PracticeServer(script(variant=variant)) as server:
        guest = await page_guest.open(chromium, server.url)
        if variant == "slow_page":
            await guest.join("Bot")
            await guest.page.wait_for_selector("#call:not([hidden])")
        await asyncio.sleep(8 if variant == "slow_page" else 1)
        with pytest.raises((TimeoutError, PageError)):
            async with asyncio.timeout(1):
                await guest.page.evaluate("1")
        if answers_again:
            async with asyncio.timeout(10):
                assert await guest.page.evaluate("1") == 1
