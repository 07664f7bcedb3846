"""What is known of JigsawStack's API, all of it in one place.

Sources: the types and the request code of its official Python package (``jigsawstack`` 0.4.6). Nothing of it
was tried on the service itself.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE = "JigsawStack"
ADDRESS = "https://api.jigsawstack.com"
VERSION = "/v1"
PATH = f"{VERSION}/ai/transcribe"
"""``POST`` a form: ``file``, and ``body``, the other parameters as JSON."""
KEY_HEADER = "x-api-key"
MODEL = "jigsawstack"
"""It has one, without a name."""
AUTO = "auto"


def form_fields(
    options: Mapping[str, Any], *, has_one_voice: bool, with_words: bool
) -> list[tuple[str, str]]:
    """The form's fields besides the file.

    Args:
        options: ``JigsawstackOptions``.
        has_one_voice: Whether the sound is one speaker's own; then nobody is told apart.
        with_words: Whether every word is to be a chunk of its own.
    """
    asked = {
        "language": language_asked(options) or AUTO,
        "translate": bool(options.get("translate")),
        "by_speaker": bool(options.get("by_speaker", True)) and not has_one_voice,
    }
    if with_words:
        asked["word_timestamps"] = True
    return [("body", json.dumps(asked))]


def language_asked(options: Mapping[str, Any]) -> str | None:
    """The language's code; None: JigsawStack is to find out."""
    language = str(options.get("language") or AUTO).replace("_", "-")
    return None if language in {AUTO, "multi"} else language
