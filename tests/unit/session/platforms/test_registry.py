"""Every platform has a driver."""

from __future__ import annotations

from roomtone.bot.meeting_address import Platform
from roomtone.session.platforms.registry import DRIVERS


def test_every_platform_has_a_driver_that_can_be_made():
    """The table is complete, layouts have a recorder, and the page scripts are there."""
    assert set(DRIVERS) == set(Platform)
    for make in DRIVERS.values():
        traits = make().traits
        assert all(traits.pictures[layout] for layout in ("speaker_view", "grid_view"))
        assert all(path.is_file() for path in traits.page_scripts)
