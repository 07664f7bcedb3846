"""Making text that others wrote fit into one line of any file. Pure."""

from __future__ import annotations

import re

_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff\s]+")


def clean(text: str) -> str:
    """The text with every run of white space, control characters and broken characters as one space.

    Marks of right-to-left text and joiners of emoji stay.
    """
    return _UNFIT.sub(" ", text).strip()
