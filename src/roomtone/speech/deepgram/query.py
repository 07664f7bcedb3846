"""The query of a request for a recording's words. Pure."""

from __future__ import annotations

from typing import Any

DEFAULT_MODEL = "nova-3"
"""Without one Deepgram takes ``base``, its oldest."""
_TERMS_INSTEAD_OF_KEYWORDS = ("nova-3", "flux")
"""Models that know ``keyterm`` and refuse ``keywords``."""
_OTHERWISE = frozenset({"model", "language", "detect_language", "diarize", "keywords"})


def query_of(options: dict[str, Any], *, has_one_voice: bool) -> tuple[tuple[str, str], ...]:
    """The parameters for options: each under its own name, lists as one parameter an item.

    Args:
        options: ``DeepgramOptions``; what else is there is passed on, what is None or empty is left out.
        has_one_voice: Whether the sound is one speaker's own; then nobody is told apart.
    """
    model = str(options.get("model") or DEFAULT_MODEL)
    query = [("model", model), *_language(options)]
    if options.get("diarize") and not has_one_voice:
        # The name that is current, and the one that older servers of the customer's know.
        query += [("diarize_model", "latest"), ("diarize", "true")]
    takes_terms = model.startswith(_TERMS_INSTEAD_OF_KEYWORDS)
    for keyword in options.get("keywords") or ():
        # A term takes no weight: `name:2` would be listened for as it stands.
        query.append(("keyterm", _without_weight(keyword)) if takes_terms else ("keywords", keyword))
    for name, value in options.items():
        if name not in _OTHERWISE and value is not None:
            query += [(name, _text(item)) for item in (value if isinstance(value, list) else [value])]
    return tuple(query)


def _language(options: dict[str, Any]) -> list[tuple[str, str]]:
    language = options.get("language")
    if options.get("detect_language") or language == "auto":
        return [("detect_language", "true")]
    return [("language", str(language))] if language else []


def _without_weight(keyword: str) -> str:
    term, _, weight = keyword.rpartition(":")
    is_weight = weight.lstrip("-").replace(".", "", 1).isdecimal()
    return term if term and is_weight else keyword


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)
