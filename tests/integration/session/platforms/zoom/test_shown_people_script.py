"""What the page's script sees of people where no gateway is heard, in a real Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.integration.session.browser.conftest import Room, open_room

from roomtone.session.platforms.zoom.signals import PAGE_SCRIPTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.browser

TILES = """
  <div id="wc-footer"><span class="footer-button__number-counter"><span>3</span></span></div>
  <div class="speaker-bar-container__video-frame" id="own">
    <div class="video-avatar__avatar-footer"><span>Roomtone</span></div></div>
  <div class="speaker-bar-container__video-frame" id="ada">
    <div class="video-avatar__avatar-footer"><span>Ada</span></div></div>
  <div class="chat">Grace is talking-indicator</div>
"""
PANE = """
  <div id="participants-ul">
    <div class="participants-li" id="participants-list-0" aria-label="Roomtone (Me),no audio connected,video off">
      <span class="participants-item__display-name">Roomtone</span>
      <span class="participants-item__name-label">(Me)</span></div>
    <div class="participants-li" id="participants-list-1" aria-label="Ada (Host),computer audio unmuted,video off">
      <span class="participants-item__display-name">Ada</span>
      <span class="participants-item__name-label">(Host)</span>
      <i class="participants-icon__voip-speaking-icon">o</i></div>
    <div class="participants-li" id="participants-list-2" aria-label="Grace ,computer audio muted,video off">
      <span class="participants-item__display-name">Grace</span></div>
    <div class="participants-li" id="waitingRoom-li-0">
      <span class="participants-item__display-name">Zoe</span></div>
  </div>
"""


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    """A browser with the tap and the scripts."""
    async with open_room(after=tuple(path.read_text("utf-8") for path in PAGE_SCRIPTS)) as opened:
        yield opened


def seen(room: Room) -> list[dict[str, Any]]:
    """What the script told of the page."""
    return [one for one in room.heard.said("signal") if one["source"] == "page"]


async def test_tiles_and_then_the_pane_tell_who_is_there_and_who_talks(room: Room):
    """After some seconds without a gateway the page is looked at; marks that change are told."""
    await room.page.goto("about:blank")
    await room.page.goto("data:text/html,<body></body>")
    await room.page.evaluate("html => { document.body.innerHTML = html; }", TILES)
    await room.heard.until(lambda: seen(room), 15)
    first = seen(room)[0]
    assert [one["name"] for one in first["people"]] == ["Roomtone", "Ada"]
    assert (first["count"], first["active"]) == (3, [])
    await room.page.evaluate("() => ada.classList.add('speaker-bar-container__video-frame--active')")
    await room.heard.until(lambda: seen(room)[-1]["active"] == ["Ada"])
    await room.page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", PANE)
    await room.heard.until(lambda: len(seen(room)[-1]["people"]) == 4)
    people = {one["name"]: one for one in seen(room)[-1]["people"]}
    assert people["Roomtone"]["me"]
    assert [people[name]["muted"] for name in ("Roomtone", "Ada", "Grace")] == [True, False, True]
    assert [name for name, one in people.items() if one["waiting"]] == ["Zoe"]
    assert seen(room)[-1]["active"] == ["Ada"]


async def test_controls_that_come_and_go_do_not_stop_the_looking_and_old_names_expire(room: Room):
    """A stage is enough once a meeting was seen; without one, whoever talked talks no more."""
    await room.page.goto("about:blank")
    await room.page.goto("data:text/html,<body></body>")
    await room.page.evaluate("html => { document.body.innerHTML = html; }", TILES)
    await room.page.evaluate("() => ada.classList.add('speaker-bar-container__video-frame--active')")
    await room.heard.until(lambda: seen(room) and seen(room)[-1]["active"] == ["Ada"], 15)
    await room.page.evaluate("() => document.getElementById('wc-footer').remove()")
    await room.page.evaluate("() => { ada.querySelector('span').textContent = 'Grace'; }")
    await room.heard.until(lambda: seen(room)[-1]["active"] == ["Grace"])
    await room.page.evaluate("() => { document.body.textContent = ''; }")
    await room.heard.until(lambda: seen(room)[-1]["active"] == [])
    await room.page.evaluate("html => { document.body.innerHTML = html; }", TILES)
    await room.page.evaluate("() => ada.classList.add('speaker-bar-container__video-frame--active')")
    await room.heard.until(lambda: seen(room)[-1]["active"] == ["Ada"])


async def test_a_page_without_a_meeting_is_not_looked_at(room: Room):
    """A form or a lobby has nobody to show."""
    await room.page.goto("data:text/html,<body><div class='participants-li'>Ada</div></body>")
    await room.page.wait_for_timeout(7000)
    assert seen(room) == []
