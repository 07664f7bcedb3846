"""The screens of Zoom's web client, from the launch page to the end, and their order.

Refusals and endings (`refusals.py`) outrank a waiting room that is shown, which outranks "Connecting", which
outranks the call (`stay_screens.py`), which outranks forms and pages on the way in (`way_in_screens.py`).
"""

from __future__ import annotations

from dataclasses import replace

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.zoom.refusals import REFUSALS
from roomtone.session.platforms.zoom.stay_screens import SOMEBODY, STAY_SCREENS
from roomtone.session.platforms.zoom.way_in_screens import WAY_IN_SCREENS

# What is not told apart may be about something else once somebody is in the meeting.
_REFUSED = tuple(
    replace(screen, unless=SOMEBODY)
    if one.reason is EndReason.JOIN_REFUSED or screen.name != one.name
    else screen
    for one in REFUSALS
    for screen in one.screens
)

SCREENS = (*_REFUSED, *STAY_SCREENS, *WAY_IN_SCREENS)
"""The table."""
