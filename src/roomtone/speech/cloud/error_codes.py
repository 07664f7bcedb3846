"""What a service calls its refusal, where it has a name for it beside its words. Pure."""

from __future__ import annotations

from roomtone.speech.cloud.json_answers import parsed
from roomtone.speech.errors import UnreadableAnswer

_NAMES = ("code", "type")
_LONGEST_READ = 20_000
"""Of a body, in bytes: what is longer is no error of the shape that has names."""


def error_codes(body: bytes) -> frozenset[str]:
    """The texts of ``code`` and ``type`` in an answer's ``error``; empty: it has none."""
    if len(body) > _LONGEST_READ:
        return frozenset()
    try:
        answer = parsed(body)
    except UnreadableAnswer:
        return frozenset()
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return frozenset()
    return frozenset(error[name] for name in _NAMES if isinstance(error.get(name), str))
