"""Keeps a web client's bars, tips and dialogs out of a recording of the screen; gives them back for evidence.

A platform's dressing is a stylesheet and, where a stylesheet cannot tell, a small function of the page. What
is kept out stays in the document, laid out and working: it can still be found, read and pressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.session.browser.page_reads import READ_DEADLINE_S, answered
from roomtone.session.platforms.page_reading import client_frames

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import Frame, Page

_DRESS = """(css) => {
  if (document.getElementById("roomtone-dressing")) return false;
  const style = document.createElement("style");
  style.id = "roomtone-dressing";
  style.textContent = css;
  document.documentElement.append(style);
  return true;
}"""
_UNDRESS = """() => {
  document.getElementById("roomtone-dressing")?.remove();
  globalThis.__roomtoneUndress?.();
}"""


@dataclass(frozen=True, slots=True)
class Dressing:
    """How a client looks in a recording.

    Attributes:
        css: A stylesheet, for the page and the client's frames.
        watch: Source of a JavaScript function that is called once, may watch the page, and returns a function
            that ends that; empty: none.
    """

    css: str
    watch: str = ""


async def dress(page: Page, dressing: Dressing, frames: Callable[[Frame], bool] | None = None) -> None:
    """Make the client look like a meeting; a page that is dressed stays as it is. Raises ``PageSilent``."""
    for frame in [page.main_frame, *client_frames(page, frames)]:
        is_new = await answered(frame.evaluate(_DRESS, dressing.css), READ_DEADLINE_S)
        if is_new and dressing.watch:
            watch = f"() => {{ globalThis.__roomtoneUndress = ({dressing.watch})(); }}"
            await answered(frame.evaluate(watch), READ_DEADLINE_S)


async def undress(page: Page, deadline_s: float = READ_DEADLINE_S) -> None:
    """Show the page as a person would see it. Raises ``PageSilent``."""
    for frame in page.frames:
        await answered(frame.evaluate(_UNDRESS), deadline_s)
