"""Reading fields of a script: each read names the place and says what would be right when it is wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from roomtone.practice.errors import InvalidScript

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import StrEnum
    from pathlib import Path

MAX_TIME_S = 24 * 3600.0
"""Latest moment a script may name, in seconds."""
MAX_TEXT_LENGTH = 2000

_Choice = TypeVar("_Choice", bound="StrEnum")


@dataclass(slots=True)
class Fields:
    """The fields of one mapping of a script.

    Reads remember which keys they took; `refuse_unknown`, called last, refuses the others.

    Attributes:
        values: The mapping as YAML gave it.
        path: Its place in the script; empty for the top.
        folder: Folder to which file names are relative.
    """

    values: dict[object, object]
    path: str
    folder: Path
    _read: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, value: object, path: str, folder: Path) -> Fields:
        """The fields of a value that must be a mapping."""
        if not isinstance(value, dict):
            raise InvalidScript(path, f"must be a mapping (key: value), not {_shown(value)}")
        return cls(value, path, folder)

    def at(self, key: str) -> str:
        """The place of a key of this mapping."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Whether the key is there with a value other than null."""
        self._read.add(key)
        return self.values.get(key) is not None

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; without a default it is required."""
        value = self._value(key, default)
        if not isinstance(value, str) or not value.strip():
            raise InvalidScript(self.at(key), f"must be a text that is not empty, not {_shown(value)}")
        if len(value) > MAX_TEXT_LENGTH:
            raise InvalidScript(self.at(key), f"must have at most {MAX_TEXT_LENGTH} characters")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            raise InvalidScript(self.at(key), f"must be true or false, not {_shown(value)}")
        return value

    def number(self, key: str, default: float | None, *, low: float, high: float) -> float:
        """A finite number from low to high; without a default it is required."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise InvalidScript(self.at(key), f"must be a number, not {_shown(value)}")
        if not low <= value <= high:
            raise InvalidScript(self.at(key), f"must be from {low:g} to {high:g}, not {value:g}")
        return float(value)

    def seconds(self, key: str, default: float | None = None) -> float:
        """A moment on the meeting clock, in seconds; without a default it is required."""
        return self.number(key, default, low=0.0, high=MAX_TIME_S)

    def seconds_or_none(self, key: str) -> float | None:
        """A moment on the meeting clock, or None when the key is absent."""
        return self.seconds(key) if self.has(key) else None

    def choice(self, key: str, kind: type[_Choice], default: _Choice | None = None) -> _Choice:
        """One of the words of an enumeration; without a default it is required."""
        value = self._value(key, default)
        try:
            return kind(value)  # type: ignore[arg-type]
        except ValueError:
            words = ", ".join(kind)
            raise InvalidScript(self.at(key), f"must be one of {words}, not {_shown(value)}") from None

    def file(self, key: str) -> Path:
        """A file that exists; its name is relative to the script's folder."""
        name = self.text(key)
        found = (self.folder / name).expanduser()
        if not found.is_file():
            raise InvalidScript(self.at(key), f"there is no file {found}; paths are relative to the script")
        return found

    def each(self, key: str) -> Iterator[Fields]:
        """The mappings of a list; an absent list is empty."""
        value = self._value(key, ())
        if not isinstance(value, (list, tuple)):
            raise InvalidScript(self.at(key), f"must be a list, not {_shown(value)}")
        for index, item in enumerate(value):
            yield Fields.of(item, f"{self.at(key)}[{index}]", self.folder)

    def inner(self, key: str) -> Fields | None:
        """The mapping under a key, or None when the key is absent."""
        return Fields.of(self.values[key], self.at(key), self.folder) if self.has(key) else None

    def refuse_unknown(self) -> None:
        """Refuse keys that nobody read."""
        for key in self.values:
            if key not in self._read:
                known = ", ".join(sorted(self._read))
                raise InvalidScript(self.at(str(key)), f"is not a known key; known here: {known}")

    def _value(self, key: str, default: object) -> object:
        self._read.add(key)
        value = self.values.get(key)
        if value is None:
            value = default
        if value is None:
            raise InvalidScript(self.at(key), "is missing")
        return value


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
