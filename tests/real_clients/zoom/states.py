"""Every state that the shipped client can be brought to: the rows of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.real_clients.zoom.arrival_states import FORMS, REFUSED_BY_FORM, REFUSED_BY_GATEWAY
from tests.real_clients.zoom.bot_states import TAKING_PART
from tests.real_clients.zoom.call_states import CALL, ENDS
from tests.real_clients.zoom.room_states import ROOMS

if TYPE_CHECKING:
    from tests.real_clients.zoom.state import State

STATES: tuple[State, ...] = (
    *FORMS,
    *REFUSED_BY_FORM,
    *REFUSED_BY_GATEWAY,
    *ROOMS,
    *CALL,
    *TAKING_PART,
    *ENDS,
)
"""The table's rows."""
