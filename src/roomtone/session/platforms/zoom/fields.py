"""Numbers, flags, words and people as the web client's messages write them; malformed is nothing. Pure."""

from __future__ import annotations

import base64
import binascii
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_TEXT = 20_000
"""Of a name, a title or a chat message; a longer one is cut."""
SHORTEST_CIPHERTEXT = 40
"""Characters: encrypted words come with at least an initial vector, lengths and a tag."""
MOST_PEOPLE = 5000
"""Of one message; more and it is no meeting."""


def whole_number(value: Any) -> int | None:
    """A number, or digits, as a whole number of 53 bits; None: it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) and value.is_integer() else None
    elif isinstance(value, str):
        value = int(value) if len(value) <= 16 and value.isascii() and value.isdigit() else None
    return value if isinstance(value, int) and 0 <= value < 2**53 else None


def flag(value: Any) -> bool | None:
    """True, false, 1 or 0; None: neither."""
    if isinstance(value, bool):
        return value
    return bool(value) if isinstance(value, int) and value in {0, 1} else None


def plain_text(value: Any) -> str:
    """Words as they are; empty: none."""
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""


def base64_text(value: Any) -> str:
    """UTF-8 in base64, with its padding or without; what is no base64 of UTF-8 is taken as it is."""
    text = plain_text(value)
    try:
        decoded = base64.b64decode(
            text.strip() + "=" * (-len(text.strip()) % 4), altchars=None, validate=True
        )
        return decoded.decode("utf-8")
    except (binascii.Error, ValueError):
        return text


def readable_text(value: Any) -> str:
    """Words that may be encrypted: as they are, or out of base64; empty: they are encrypted, or none."""
    text = plain_text(value)
    decoded = base64_text(value)
    if decoded != text and not _has_controls(decoded):
        return decoded
    return "" if len(text) >= SHORTEST_CIPHERTEXT and is_base64(text) else text


def _has_controls(text: str) -> bool:
    return any(ord(character) < 32 and character not in "\t\n\r" for character in text)


def is_base64(text: str) -> bool:
    """Whether it may be base64 of anything, in either alphabet, with its padding or without."""
    standard = text.strip().replace("-", "+").replace("_", "/")
    try:
        base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def entries(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """The people in a list, or in a map keyed by id: each one's id and the fields that were sent of them.

    A list may hold ids alone; a map's entries need not repeat the id.
    """
    if isinstance(value, dict):
        rows = [(whole_number(key), entry) for key, entry in list(value.items())[:MOST_PEOPLE]]
    elif isinstance(value, list):
        rows = [(None, entry) for entry in value[:MOST_PEOPLE]]
    else:
        return
    for key, entry in rows:
        fields = entry if isinstance(entry, dict) else {}
        own = whole_number(fields.get("id")) if fields else whole_number(entry)
        number = own if own is not None and (fields or key is None) else key
        if number is not None:
            yield number, fields
