"""Requests that were kept, perhaps by an older version that allowed more than this one."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from roomtone.bot.request import BotRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_MENDINGS = 100


def read_stored_request(stored: Mapping[str, Any]) -> BotRequest:
    """The request in a bot's row; what this version would refuse takes its default, so that old bots stay.

    Raises:
        ValidationError: If even its meeting cannot be read.
    """
    try:
        return BotRequest.model_validate(stored)
    except ValidationError as problem:
        refused = problem
    mended = copy.deepcopy(dict(stored))
    for _ in range(_MOST_MENDINGS):
        for error in refused.errors(include_url=False, include_input=False, include_context=False):
            if not _drop(mended, error["loc"]):
                raise refused
        try:
            return BotRequest.model_validate(mended)
        except ValidationError as problem:
            refused = problem
    raise refused


def _drop(mended: dict[str, Any], path: tuple[int | str, ...]) -> bool:
    """Take away the innermost object's field on the path that is there; whether there was one."""
    holders: list[tuple[dict[str, Any], str]] = []
    value: Any = mended
    for step in path:
        if not isinstance(value, dict) or step not in value:
            break
        holders.append((value, str(step)))
        value = value[step]
    # What is missing is missed by the object around it, which goes instead.
    if not holders or holders[0][1] == "meeting_link":
        return False
    holder, name = holders[-1]
    del holder[name]
    return True
