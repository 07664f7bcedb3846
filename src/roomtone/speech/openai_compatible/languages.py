"""Whisper's names of languages, as its servers answer them, as BCP 47. Pure."""

from __future__ import annotations

from typing import Any

from roomtone.speech.cloud.languages import bcp47

_NAMES = """
en english, zh chinese, de german, es spanish, ru russian, ko korean, fr french, ja japanese, pt portuguese,
tr turkish, pl polish, ca catalan, nl dutch, ar arabic, sv swedish, it italian, id indonesian, hi hindi,
fi finnish, vi vietnamese, he hebrew, uk ukrainian, el greek, ms malay, cs czech, ro romanian, da danish,
hu hungarian, ta tamil, no norwegian, th thai, ur urdu, hr croatian, bg bulgarian, lt lithuanian, la latin,
mi maori, ml malayalam, cy welsh, sk slovak, te telugu, fa persian, lv latvian, bn bengali, sr serbian,
az azerbaijani, sl slovenian, kn kannada, et estonian, mk macedonian, br breton, eu basque, is icelandic,
hy armenian, ne nepali, mn mongolian, bs bosnian, kk kazakh, sq albanian, sw swahili, gl galician, mr marathi,
pa punjabi, si sinhala, km khmer, sn shona, yo yoruba, so somali, af afrikaans, oc occitan, ka georgian,
be belarusian, tg tajik, sd sindhi, gu gujarati, am amharic, yi yiddish, lo lao, uz uzbek, fo faroese,
ht haitian creole, ps pashto, tk turkmen, nn nynorsk, mt maltese, sa sanskrit, lb luxembourgish, my myanmar,
bo tibetan, tl tagalog, mg malagasy, as assamese, tt tatar, haw hawaiian, ln lingala, ha hausa, ba bashkir,
jv javanese, su sundanese, yue cantonese,
my burmese, ca valencian, nl flemish, ht haitian, lb letzeburgesch, ps pushto, pa panjabi, ro moldavian,
ro moldovan, si sinhalese, es castilian, zh mandarin
"""
_CODES = {name: code for code, _, name in (entry.strip().partition(" ") for entry in _NAMES.split(","))}
_ODD_CODES = {"jw": "jv"}
"""Codes that Whisper has and nobody else."""


def language_of(told: Any) -> str | None:
    """BCP 47 of a language as a server tells it: a name, a code, or a code as a token; None: unknown."""
    if not isinstance(told, str):
        return None
    tidy = told.strip().removeprefix("<|").removesuffix("|>").lower()
    return _CODES.get(tidy) or _ODD_CODES.get(tidy) or bcp47(tidy)
