"""What AssemblyAI is asked for."""

from __future__ import annotations

from roomtone.bot.transcript_options import AssemblyaiOptions
from roomtone.speech.assemblyai.job import body_of

URL = "https://cdn.assemblyai.com/upload/x"


def test_the_defaults_of_a_mix():
    """Every option under its own name; an empty list is left out."""
    assert body_of(AssemblyaiOptions().model_dump(), URL, has_one_voice=False) == {
        "audio_url": URL, "speech_models": ["universal-2"], "language_code": "en_us", "speaker_labels": True,
        "punctuate": True, "format_text": True, "filter_profanity": False, "redact_pii": False,
        "auto_chapters": False, "entity_detection": False,
    }  # fmt: skip


def test_special_cases():
    """One voice has no labels; any language is to be found out; policies of the options go first."""
    body = body_of(
        {
            "language_code": "auto",
            "redact_pii": True,
            "redact_pii_policies": ["person_age"],
            "audio_url": "mine",
        },
        URL,
        has_one_voice=True,
    )
    assert body == {
        "audio_url": URL, "speech_models": ["universal-2"], "language_detection": True, "redact_pii": True,
        "redact_pii_policies": ["person_age"], "speaker_labels": False,
    }  # fmt: skip
    assert (
        "us_social_security_number"
        in body_of({"redact_pii": True}, URL, has_one_voice=True)["redact_pii_policies"]
    )
