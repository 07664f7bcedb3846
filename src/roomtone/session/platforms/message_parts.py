"""A long message in parts that a chat's box has room for. Pure."""

from __future__ import annotations

MOST_PARTS = 10
"""Nobody wants to read more than this from a bot; the rest is left out."""


def message_parts(text: str, longest: int) -> tuple[str, ...]:
    """The text in parts of at most ``longest`` UTF-16 units, which is what boxes of pages count.

    Cut at the last line's end or blank that fits; a word longer than a part is cut where it has to be, never
    inside of a character. Blanks around a cut are left out, so is what does not fit into `MOST_PARTS`. A text
    of blanks alone has no parts.

    Args:
        text: What is to be said.
        longest: At least 2.
    """
    rest = text.strip()
    parts: list[str] = []
    while rest and len(parts) < MOST_PARTS:
        cut = _cut(rest, longest)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return tuple(parts)


def _cut(text: str, longest: int) -> int:
    """How many characters of the text the next part takes."""
    fits = _that_fit(text, longest)
    if fits == len(text):
        return fits
    # A blank right behind the last character that fits is a word's end as well.
    for index in range(fits, fits // 2 - 1, -1):
        if text[index] == "\n":
            return index
    for index in range(fits, 0, -1):
        if text[index].isspace():
            return index
    return fits


def _that_fit(text: str, longest: int) -> int:
    units = 0
    for index, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > longest:
            return index
    return len(text)
