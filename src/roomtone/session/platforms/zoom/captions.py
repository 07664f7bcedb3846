"""Captions that Zoom's gateway passes on when the meeting has them on. Pure.

Nothing turns them on: others in the meeting could notice. Where the meeting has a key, the words come
encrypted and are not told.
"""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from roomtone.session.capture.model import CaptionHeard
from roomtone.session.platforms.zoom.fields import flag, is_base64, plain_text, readable_text, whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roomtone.session.platforms.zoom.roster import Roster

AUTOMATIC = {7983, 7985}
"""Numbers of messages with words that were recognised."""
TYPED = 7943
"""Number of messages with words that somebody types."""
LONGEST_CAPTION = 5000
"""Characters; a longer one is cut."""
MOST_OPEN = 100
"""Captions that may still change; the oldest are forgotten."""

SURELY_CODED = 12
"""Characters: a shorter word can be readable both as it is and out of base64."""

_IDS = ("msgId", "msgID")
_WORDS = ("content", "text")
_SPEAKERS = ("nodeId", "nodeID", "userId", "userID")
_ENDS = ("done", "isFinal")


class _Change(IntEnum):
    """What a message does to a caption (``msgType``)."""

    CLOSE = 1
    NEW = 2
    INSERT = 3
    DELETE = 4
    RESET = 5


def is_caption(event: int, body: dict[str, Any]) -> bool:
    """Whether a message holds a caption: by its fields, and by its number where these could mean more."""
    if "changedContent" in body:
        return event == TYPED or "operation" in body
    if _first(body, _IDS) is None or _first(body, _WORDS) is None:
        return False
    is_change = "content" in body and ("msgType" in body or "keyNodeId" in body)
    return event in AUTOMATIC or is_change or any(name in body for name in _ENDS)


class Captions:
    """Reads captions; each message tells the whole caption as it is then, under an id that stays.

    Args:
        roster: Tells whose they are.
    """

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._open: dict[str, CaptionHeard] = {}
        self._n_typed = 0
        self._is_plain = False

    def told(self, body: dict[str, Any], at_s: float) -> Sequence[CaptionHeard]:
        """The gateway passes a caption or a change of one on; nothing when its words cannot be known."""
        if whole_number(body.get("errorCode")) or flag(body.get("bEncrypted")) is True:
            return ()
        heard = self._typed(body, at_s) if "changedContent" in body else self._recognised(body, at_s)
        if heard is None:
            return ()
        self._open.pop(heard.caption_id, None)
        if not heard.is_final:
            self._open[heard.caption_id] = heard
        if len(self._open) > MOST_OPEN:
            del self._open[next(iter(self._open))]
        return (heard,) if heard.text else ()

    def _recognised(self, body: dict[str, Any], at_s: float) -> CaptionHeard | None:
        """``{msgType, content, msgId, nodeId, pos, size, language}``, or ``{msgId, text, done, user}``."""
        given_id = _first(body, _IDS)
        caption_id = plain_text(given_id)[:100] or str(whole_number(given_id) or "")
        words = self._words(_first(body, _WORDS))
        if not caption_id or words is None:
            return None
        known = self._open.get(caption_id)
        before = known.text if known is not None else ""
        change = whole_number(body.get("msgType"))
        is_final = change == _Change.CLOSE or any(flag(body.get(name)) is True for name in _ENDS)
        if change in {_Change.INSERT, _Change.DELETE}:
            text = _spliced(
                before, whole_number(body.get("pos")), whole_number(body.get("size")) or None, words
            )
        else:
            text = words or before if is_final else words
        if text is None:
            return None
        language = plain_text(body.get("language"))[:40]
        return CaptionHeard(
            caption_id=caption_id,
            participant_id=self._speaker(body) or (known.participant_id if known is not None else ""),
            text=text[:LONGEST_CAPTION],
            is_final=is_final,
            at_s=at_s,
            language=language or (known.language if known is not None else ""),
        )

    def _typed(self, body: dict[str, Any], at_s: float) -> CaptionHeard | None:
        """``{changedContent, operation: start | replace | insert | delete, where}``; whose is not said."""
        words = self._words(body.get("changedContent"))
        if words is None:
            return None
        operation = plain_text(body.get("operation"))
        known = self._open.get(f"typed-{self._n_typed}")
        if operation == "start" or known is None:
            self._n_typed += 1
            return CaptionHeard(
                f"typed-{self._n_typed}", "", words[:LONGEST_CAPTION], is_final=False, at_s=at_s
            )
        where = whole_number(body.get("where"))
        text: str | None = words
        if operation == "insert":
            text = _spliced(known.text, _units(known.text) if where is None else where, 0, words)
        elif operation == "delete":
            text = _spliced(known.text, where, _units(words), "")
        return None if text is None else replace(known, text=text[:LONGEST_CAPTION], at_s=at_s)

    def _words(self, value: Any) -> str | None:
        """The words of a message, maybe empty; None: they are encrypted, or no words."""
        given = plain_text(value)
        if not given:
            return "" if value == "" else None
        self._is_plain = self._is_plain or given != given.strip() or not is_base64(given)
        if self._is_plain and len(given) < SURELY_CODED:
            return given
        return readable_text(given) or None

    def _speaker(self, body: dict[str, Any]) -> str:
        number = whole_number(_first(body, _SPEAKERS))
        user = body.get("user")
        if number is None and isinstance(user, dict):
            number = whole_number(_first(user, _SPEAKERS))
        return self._roster.id_of(number) if number else ""


def _first(body: dict[str, Any], names: Sequence[str]) -> Any:
    """The first of these fields that is there; None: none is."""
    return next((body[name] for name in names if body.get(name) is not None), None)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _spliced(text: str, at: int | None, length: int | None, words: str) -> str | None:
    """The text with other words from a place on; None: it has no such place.

    Args:
        text: The text before.
        at: The place, in UTF-16 units, as the client counts.
        length: How much of the text goes, in the same; None: all that follows.
        words: What comes instead.
    """
    if at is None or at > _units(text):
        return None
    units = text.encode("utf-16-le", "surrogatepass")
    tail = b"" if length is None else units[2 * (at + length) :]
    joined = units[: 2 * at] + words.encode("utf-16-le", "surrogatepass") + tail
    return joined.decode("utf-16-le", "replace")
