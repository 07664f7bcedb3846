"""The page on live transcription has every close code with what becomes of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from roomtone.speech.streaming import assemblyai, deepgram
from roomtone.speech.streaming.refusals import STATUSES, Meaning

PAGE = Path(__file__).parents[4] / "docs" / "live-transcription.md"


def rows(provider: str) -> list[tuple[str, str, bool]]:
    """The rows of a provider's table: what happened, as what it is told, whether it is tried again."""
    lines = PAGE.read_text().splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith(f"| {provider} | told as |"))
    end = lines.index("", begin)
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[begin + 2 : end]]
    return [(what, code.strip("`"), again.startswith("yes")) for what, code, again in cells]


def said_of(provider: str, number: int) -> set[tuple[str, bool]]:
    """What the rows with a number say."""
    found = [row for row in rows(provider) if re.search(rf"\b{number}\b", row[0])]
    return {(code, again) for _, code, again in found}


@pytest.mark.parametrize(
    ("provider", "number", "meaning"),
    [
        *(("AssemblyAI", number, meaning) for number, meaning in assemblyai.CLOSES.items()),
        *(("Deepgram", number, meaning) for number, meaning in deepgram.CLOSES.items()),
        *(("Deepgram", number, meaning) for number, meaning in STATUSES.items()),
    ],
)
def test_page_says_what_becomes_of_it(provider: str, number: int, meaning: Meaning):
    """Under the number stands the code that is told, and whether it is tried again."""
    assert (meaning.code, meaning.retryable) in said_of(provider, number)
