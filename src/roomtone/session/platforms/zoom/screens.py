"""The screens of Zoom's web client, from the launch page to the end, and their order.

Refusals and endings (`refusals.py`) outrank a waiting room that is shown, which outranks "Connecting", which
outranks the call (`stay_screens.py`), which outranks forms and pages on the way in (`way_in_screens.py`).
"""

from __future__ import annotations

from dataclasses import replace

from roomtone.session.platforms.screens import evidence_queries
from roomtone.session.platforms.zoom.refusals import REFUSALS
from roomtone.session.platforms.zoom.stay_screens import SOMEBODY, STAY_SCREENS
from roomtone.session.platforms.zoom.way_in_screens import JOIN_DISABLED, WAY_IN_SCREENS

# Once somebody is in the meeting a dialog is about something else, but for what is said in the call.
_REFUSED = tuple(
    screen if one.in_call else replace(screen, unless=SOMEBODY) for one in REFUSALS for screen in one.screens
)

SCREENS = (*_REFUSED, *STAY_SCREENS, *WAY_IN_SCREENS)
"""The table."""

QUERIES = (*evidence_queries(SCREENS), JOIN_DISABLED)
"""What is looked for on the page: the table's evidence, and what verdicts ask for besides."""
