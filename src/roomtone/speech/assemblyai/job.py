"""What a transcript is asked for with, and what its state means. Pure."""

from __future__ import annotations

import re
from typing import Any

from roomtone.speech.cloud.json_answers import mapping
from roomtone.speech.cloud.own_words import shown
from roomtone.speech.errors import ProviderRefused, ProviderUnavailable, UnreadableAnswer, UnusableAudio

SERVICE = "AssemblyAI"
DEFAULT_MODELS = ("universal-2",)
PERSONAL = (
    "person_name", "phone_number", "email_address", "location_address", "date_of_birth", "ip_address",
    "account_number", "banking_information", "credit_card_number", "credit_card_cvv",
    "credit_card_expiration", "us_social_security_number", "passport_number", "drivers_license",
    "healthcare_number", "username", "password",
)  # fmt: skip
"""What ``redact_pii`` takes out when the options do not say it: AssemblyAI wants to be told."""
_ANY_LANGUAGE = frozenset({"auto", "multi"})
_SILENCE = re.compile(r"no spoken audio", re.IGNORECASE)
_BAD_SOUND = re.compile(r"transcoding failed|not appear to contain audio|too short", re.IGNORECASE)
_TROUBLE = re.compile(r"server error|internal error|try again", re.IGNORECASE)


def body_of(options: dict[str, Any], audio_url: str, *, has_one_voice: bool) -> dict[str, Any]:
    """The JSON that orders a transcript.

    Args:
        options: ``AssemblyaiOptions``; what else is there is passed on, what is None or empty is left out.
        audio_url: Where the sound lies, as the upload said.
        has_one_voice: Whether the sound is one speaker's own; then nobody is told apart.
    """
    body = {name: value for name, value in options.items() if value is not None and value != []}
    body |= {"audio_url": audio_url}
    body.setdefault("speech_models", list(DEFAULT_MODELS))
    if has_one_voice:
        body["speaker_labels"] = False
    if body.get("language_code") in _ANY_LANGUAGE:
        del body["language_code"]
        body["language_detection"] = True
    if body.get("redact_pii"):
        body.setdefault("redact_pii_policies", list(PERSONAL))
    return body


def is_done(transcript: Any) -> bool:
    """Whether a transcript's words are there; those of silence are none.

    Raises:
        UnusableAudio: If it failed because of the sound.
        ProviderRefused: If it failed.
        ProviderUnavailable: If it failed and another may not.
        UnreadableAnswer: If it is no transcript.
    """
    status = mapping(transcript, "transcript").get("status")
    if status == "error":
        if is_silence(transcript):
            return True
        said = shown(str(transcript.get("error") or ""))
        message = f"{SERVICE} made no transcript" + (f": {said}" if said else "")
        if _BAD_SOUND.search(said):
            raise UnusableAudio(message)
        raise (ProviderUnavailable if _TROUBLE.search(said) else ProviderRefused)(message, None, said)
    if status not in ("queued", "processing", "completed"):
        raise UnreadableAnswer("the provider's answer has no usable status")
    return bool(status == "completed")


def is_silence(transcript: dict[str, Any]) -> bool:
    """Whether it failed because nobody says anything: languages cannot be told of silence."""
    problem = transcript.get("error")
    return isinstance(problem, str) and _SILENCE.search(problem) is not None
