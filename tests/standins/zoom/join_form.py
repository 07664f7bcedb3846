"""What the servers answer to the join form: `judge`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.standins.zoom.variants import REFUSED_BY_POST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.standins.zoom.variants import Variant

PASSCODE = "246810"
PASSCODE_HASH = "cTh4bVZ0Nk5rMnJmU1hXZ2lzZz09.1"
"""What stands in the link for the passcode."""
NAME_MISSING, EMAIL_MISSING, PASSCODE_WRONG = 9503, 9504, 3004
WORDS = {
    NAME_MISSING: "Your name cannot be empty",
    EMAIL_MISSING: "Your email cannot be empty",
    3099: "Registered meetings are not supported",
}
"""``errorMessage`` of the codes that have one."""
REGISTRATION_PAGE = "/meeting/register/tJ0rceGpqTMuGdYh1lsO6a2b"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to the form's POST.

    Attributes:
        code: 0 lets the client go on.
        message: For the person; often empty.
        redirect: Address to go to instead; "" stays.
    """

    code: int = 0
    message: str = ""
    redirect: str = ""

    def as_json(self, meeting_config: Mapping[str, Any]) -> dict[str, Any]:
        """The body of the HTTP answer."""
        if self.code:
            result = {"redirect": self.redirect} if self.redirect else {}
            return {
                "status": False,
                "errorCode": self.code,
                "errorMessage": self.message,
                "result": result,
            }
        good = {"status": True, "errorCode": 0}
        return {**good, "errorMessage": "", "result": {"rsRes": good, "MeetingConfig": dict(meeting_config)}}


def judge(form: Mapping[str, Any], variant: Variant) -> Answer:
    """What becomes of a form: ``name``, ``pwd`` (typed, or the link's) and, for webinars, ``email``."""
    if not _text(form, "name"):
        return _refused(NAME_MISSING)
    if variant.form == "webinar" and "@" not in _text(form, "email"):
        return _refused(EMAIL_MISSING)
    code = REFUSED_BY_POST.get(variant.outcome)
    if code is not None:
        return _refused(code, REGISTRATION_PAGE if variant.outcome == "registration" else "")
    if _text(form, "pwd") not in {PASSCODE, PASSCODE_HASH}:
        return _refused(PASSCODE_WRONG)
    return Answer()


def _refused(code: int, redirect: str = "") -> Answer:
    return Answer(code, WORDS.get(code, ""), redirect)


def _text(form: Mapping[str, Any], key: str) -> str:
    value = form.get(key)
    return value.strip() if isinstance(value, str) else ""
