"""Which version of each caption is written down: the last one, and not every word that was added. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.session.capture.model import CaptionHeard

MOST_OPEN = 100
"""Captions that may still change; the oldest is told as it is when there are more."""
MOST_REMEMBERED = 2000
"""Captions that were told; a later version of one that is forgotten counts as a new caption."""


@dataclass(frozen=True, slots=True)
class _Told:
    began_at_s: float
    is_final: bool


class CaptionVersions:
    """Holds each caption back until it is final, or until its speaker's next one begins.

    One that was told before it was final is told once more when it is. ``at_s`` of what is told is when the
    caption began.
    """

    def __init__(self) -> None:
        self._open: dict[str, CaptionHeard] = {}
        self._told: dict[str, _Told] = {}

    def take(self, heard: CaptionHeard) -> list[CaptionHeard]:
        """Take a version; what is to be written down now, the oldest first."""
        caption_id = heard.caption_id
        told, before = self._told.get(caption_id), self._open.get(caption_id)
        if told is not None and (told.is_final or not heard.is_final):
            return []
        began_at_s = (
            told.began_at_s if told is not None else before.at_s if before is not None else heard.at_s
        )
        self._open[caption_id] = replace(heard, at_s=began_at_s)
        if heard.is_final:
            return [self._tell(caption_id)]
        if before is not None:
            return []
        done = [
            one.caption_id
            for one in self._open.values()
            if one.participant_id == heard.participant_id and one.caption_id != caption_id
        ]
        if not done and len(self._open) > MOST_OPEN:
            done = [next(iter(self._open))]
        return [self._tell(one) for one in done]

    def rest(self) -> list[CaptionHeard]:
        """What was held back, once no more comes."""
        return [self._tell(one) for one in list(self._open)]

    def _tell(self, caption_id: str) -> CaptionHeard:
        heard = self._open.pop(caption_id)
        self._told[caption_id] = _Told(heard.at_s, heard.is_final)
        if len(self._told) > MOST_REMEMBERED:
            del self._told[next(iter(self._told))]
        return heard
