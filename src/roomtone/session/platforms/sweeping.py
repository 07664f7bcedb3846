"""What lies in the way and is swept aside: banners, tips, notices, as a table; for the whole of a stay.

A row is swept when its box is rendered and says its words; a button is pressed inside that very box, so that
a button of the same looks in another dialog (the one that says that the meeting has ended) is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roomtone.session.browser.page_reads import READ_DEADLINE_S, answered
from roomtone.session.platforms.page_reading import client_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from playwright.async_api import Frame, Page

_SWEEP = Path(__file__).with_name("sweeping.js").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Nuisance:
    """Something that lies in the way.

    Attributes:
        name: Stable word.
        box: CSS selector of its container.
        words: Any of these the box's text must contain, case ignored; empty: whatever it says.
        button: CSS selector of what is pressed, within the box (``:scope`` is the box itself).
        label: Any of these the button's text or accessible label must be, case ignored; empty: the first
            button that the selector finds.
        never: The box is left alone when its text contains any of these.
    """

    name: str
    box: str
    button: str
    words: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


async def sweep(
    page: Page, nuisances: Sequence[Nuisance], frames: Callable[[Frame], bool] | None = None
) -> tuple[str, ...]:
    """Press away what lies in the way now; the names of what was.

    Args:
        page: The meeting's page.
        nuisances: The platform's table.
        frames: Which frames inside the page belong to the client too; None: none.

    Raises:
        PageSilent: If the page does not answer in time.
    """
    rows = [[n.name, n.box, n.button, n.words, n.label, n.never] for n in nuisances]
    swept: list[str] = []
    for frame in [page.main_frame, *client_frames(page, frames)]:
        swept += await answered(frame.evaluate(_SWEEP, rows), READ_DEADLINE_S)
    return tuple(swept)
