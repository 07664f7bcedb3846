"""Bots by their ``custom_attributes``. Pure but for the SQL that narrows the search."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast, or_

from roomtone.service.store.tables import bots

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

_MOST_NEEDLE = 1000
"""SQLite takes LIKE patterns of up to 50,000 bytes; the beginning of a longer one narrows enough."""
_EXACT_INTEGERS = 10**15
"""Below, a whole number is written with the same digits as an integer and as a float."""


@dataclass(frozen=True, slots=True)
class AttributeFilter:
    """One attribute that a bot must have.

    The value is read as JSON, so that ``3`` and ``true`` find a number and a boolean; the text itself counts
    too, so that ``3`` also finds ``"3"``, and what is no JSON is a text.

    Attributes:
        name: The attribute, of the top level.
        text: Its value, as text.
    """

    name: str
    text: str

    def matches(self, attributes: dict[str, Any]) -> bool:
        """Whether a bot's attributes have it."""
        if self.name not in attributes:
            return False
        value = attributes[self.name]
        return any(_same(value, wanted) for wanted in self._wanted())

    def narrow(self) -> ColumnElement[bool]:
        """A condition on ``bots`` that holds for every bot that matches, and for few others.

        It looks for the attribute in the stored JSON as it is written there, which works in every database.
        """
        written = cast(bots.c.request, Text)
        name = json.dumps(self.name) + ": "
        values = {value for wanted in self._wanted() for value in _written(wanted)}
        needles = sorted((name + value)[:_MOST_NEEDLE] for value in values)
        return or_(*(written.contains(needle, autoescape=True) for needle in needles))

    def _wanted(self) -> list[Any]:
        try:
            return [json.loads(self.text, parse_constant=_refuse), self.text]
        except (ValueError, RecursionError):
            return [self.text]


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _same(value: Any, wanted: Any) -> bool:
    """Equal as JSON: 3 is 3.0, and true is not 1."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, dict) and isinstance(wanted, dict):
        return value.keys() == wanted.keys() and all(_same(value[name], wanted[name]) for name in value)
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(_same, value, wanted))
    return bool(value == wanted)


def _written(wanted: Any) -> list[str]:
    """How a value may stand where it is stored, or how that begins; "" when in too many ways."""
    if isinstance(wanted, dict):
        return ["{"]
    if isinstance(wanted, list):
        return ["["]
    if isinstance(wanted, bool | str) or wanted is None:
        return [json.dumps(wanted)]
    if not 0 < abs(wanted) < _EXACT_INTEGERS:
        return [""]
    numbers = [str(int(wanted)), f"{int(wanted)}.0"] if wanted == int(wanted) else [json.dumps(wanted)]
    # Else 3 would be looked for in every 30.
    return [number + end for number in numbers for end in ",}"]
