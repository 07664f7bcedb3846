"""What Zoom says in words and what it says in codes is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.zoom.answers import is_known_refusal, refusal_of
from roomtone.session.platforms.zoom.refusals import REFUSALS

if TYPE_CHECKING:
    from roomtone.session.platforms.zoom.saying import Saying

OF_DIALOGS_ALONE = {3610, 3714}
"""The client's own numbers; no server answers them."""


@pytest.mark.parametrize("saying", [one for one in REFUSALS if one.codes], ids=lambda one: one.name)
def test_a_dialog_and_the_answer_behind_it_give_one_reason(saying: Saying):
    """A code leads to the same end reason read on the page and heard from a server."""
    for code in set(saying.codes) - OF_DIALOGS_ALONE:
        assert is_known_refusal(code)
        heard = refusal_of(code, 0.0).end_reason
        # The page cannot tell a meeting that ended from one that was over; the stay's history does.
        shown = EndReason.MEETING_OVER if saying.reason is EndReason.MEETING_ENDED else saying.reason
        assert heard is shown, code
