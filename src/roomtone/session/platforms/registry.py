"""Which driver takes which platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.bot.meeting_address import Platform
from roomtone.session.platforms.practice.driver import PracticeDriver
from roomtone.session.platforms.zoom.driver import ZoomDriver

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.session.platforms.base import PlatformDriver

DRIVERS: dict[Platform, Callable[[], PlatformDriver]] = {
    Platform.PRACTICE: PracticeDriver,
    Platform.ZOOM: ZoomDriver,
}
"""A new driver for each session; complete, by a test."""
