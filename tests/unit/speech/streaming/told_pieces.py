"""Running the pure halves of the clients, and showing what they tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from roomtone.speech.streaming.dialect import Dialect
    from roomtone.speech.streaming.port import Piece

GOLDEN = Path(__file__).parent / "golden"


def messages(name: str) -> list[dict[str, Any]]:
    """The messages of a golden conversation."""
    return [json.loads(line) for line in (GOLDEN / f"{name}_messages.jsonl").read_text().splitlines()]


def told(dialect: Dialect, name: str) -> str:
    """What is told of a golden conversation, a line a piece, each under the message that brought it."""
    lines = []
    for n, message in enumerate(messages(name)):
        lines += [f"{n:2} {message['type']}", *(shown(piece) for piece in dialect.hear(message, float(n)))]
    lines += ["   the end", *(shown(piece) for piece in dialect.finish(orderly=True))]
    return "\n".join(lines) + "\n"


def shown(piece: Piece) -> str:
    """A piece on one line."""
    flags = [
        name
        for name, is_so in (
            ("final", piece.is_final),
            ("ends", piece.ends_utterance),
            ("formatted", piece.is_formatted),
        )
        if is_so
    ]
    words = " ".join(
        f"{word.text}/{word.shown}@{word.start_s:.2f}-{word.end_s:.2f}"
        + ("" if word.confidence is None else f"({word.confidence:g})")
        for word in piece.words
    )
    return (
        f"     segment {piece.segment} of utterance {piece.utterance} [{' '.join(flags)}]"
        f" {piece.n_final_words} of {len(piece.words)} words final, {piece.language}: {piece.text!r} = {words}"
    )
