"""Providers' names of languages."""

from __future__ import annotations

import pytest

from roomtone.speech.cloud.languages import bcp47


@pytest.mark.parametrize(
    ("told", "tag"),
    [
        ("en", "en"), ("en_us", "en-US"), ("en_uk", "en-GB"), ("EN-au", "en-AU"), ("zh_hans_cn", "zh-Hans-CN"),
        ("es-419", "es-419"), ("yue", "yue"), ("multi", None), ("auto", None), ("", None), (None, None), (7, None),
        ("english", None), ("en-", None),
    ],
)  # fmt: skip
def test_names_become_bcp47_or_nothing(told, tag):
    """What names no one language is nothing."""
    assert bcp47(told) == tag
