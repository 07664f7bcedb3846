"""Which passcodes are tried, in which order. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.bot.meeting_address import MeetingAddress

_SUFFIX = ".1"


def passcodes_of(address: MeetingAddress) -> tuple[str, ...]:
    """What may be typed as the meeting's passcode, best first, each once.

    The plain passcode of an invitation comes first. What stands in the link is mostly a hash, which the form
    takes too, some builds only without its last two characters.
    """
    linked = address.linked_passcode
    candidates = [address.passcode, linked]
    if linked.endswith(_SUFFIX):
        candidates.append(linked.removesuffix(_SUFFIX))
    return tuple(dict.fromkeys(one for one in candidates if one))
