"""The words on a placeholder card. Pure; the page draws it."""

from __future__ import annotations

import unicodedata
import zlib
from dataclasses import dataclass

MAX_NAMES = 4


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says.

    Attributes:
        headline: The name of the person, or the meeting's title.
        caption: A smaller line beneath; may be empty.
        initials: One or two characters for the circle; empty: no circle.
        hue: Colour of the circle, degrees 0-359; the same name has always the same.
    """

    headline: str
    caption: str = ""
    initials: str = ""
    hue: int = 220


def person_card(name: str, title: str = "") -> Card:
    """The card of somebody without a camera."""
    return Card(headline=name, caption=title, initials=initials(name), hue=zlib.crc32(name.encode()) % 360)


def title_card(title: str, names: tuple[str, ...]) -> Card:
    """The card for when there is nobody to show: who is there, or that nobody is."""
    if not names:
        return Card(headline=title or "Meeting", caption="Waiting for participants")
    shown = ", ".join(names[:MAX_NAMES])
    if len(names) > MAX_NAMES:
        shown += f" and {len(names) - MAX_NAMES} more"
    return Card(headline=title or "Meeting", caption=shown)


def initials(name: str) -> str:
    """One or two characters that stand for a name: of its first and last word that has a letter or digit."""
    firsts = [first for word in name.split() if (first := _first_letter(word))]
    if not firsts:
        return name.strip()[:1] or "?"
    return firsts[0] if len(firsts) == 1 else firsts[0] + firsts[-1]


def _first_letter(word: str) -> str:
    for index, character in enumerate(word):
        if unicodedata.category(character)[0] in "LN":
            marks = index + 1
            while marks < len(word) and unicodedata.category(word[marks]) == "Mn":
                marks += 1
            return character.upper()[:1] + word[index + 1 : marks]
    return ""
