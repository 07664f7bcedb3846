"""A summary as a few sentences. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_NAMES = 6


def in_words(
    duration_s: float,
    names: Sequence[str],
    talk_time: Sequence[Mapping[str, Any]],
    n_questions: int,
    n_links: int,
) -> str:
    """Who met for how long, who spoke how much, and what there is to follow up."""
    names = [name or "somebody" for name in names]
    length = _length(duration_s)
    met = "met" if len(names) > 1 else "was there"
    sentences = [f"{_listed(names)} {met} for {length}." if names else f"The recording is {length} long."]
    shares = [
        f"{one['speaker_name']} {round(100 * one['share'])} %"
        for one in talk_time[:_MOST_NAMES]
        if round(100 * one["share"]) >= 1
    ]
    if shares:
        sentences.append(f"Of the talking, {', '.join(shares)}.")
    if n_questions:
        sentences.append(f"{_counted(n_questions, 'question')} {_were(n_questions)} asked.")
    if n_links:
        sentences.append(f"{_counted(n_links, 'link')} {_were(n_links)} shared in the chat.")
    return " ".join(sentences)


def _listed(names: Sequence[str]) -> str:
    if len(names) > _MOST_NAMES:
        others = len(names) - _MOST_NAMES + 1
        return f"{', '.join(names[: _MOST_NAMES - 1])} and {others} others"
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _length(seconds: float) -> str:
    if seconds < 90:
        return _counted(round(seconds), "second")
    minutes = round(seconds / 60)
    if minutes < 90:
        return _counted(minutes, "minute")
    return f"{minutes // 60} h {minutes % 60} min"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
