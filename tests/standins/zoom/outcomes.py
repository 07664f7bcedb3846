"""How a stay must end when the variant's outcome is not ``admits``: by what a person would see."""

from __future__ import annotations

from roomtone.bot.end_reasons import EndReason as Is

WALLED_WITHOUT_A_WORD = (Is.BOT_DETECTED, Is.JOIN_IGNORED)
"""Where a wall may be the cause, and nothing says so."""
ENDINGS: dict[str, tuple[Is, ...]] = {
    "bot-wall": (Is.BOT_DETECTED,),
    "bot-wall-inline": (Is.BOT_DETECTED,),
    "bot-wall-shadow": WALLED_WITHOUT_A_WORD,
    "join-disabled": WALLED_WITHOUT_A_WORD,
    "join-ignored": (Is.JOIN_IGNORED, Is.JOIN_REFUSED),
    # Nothing can be seen; only who reads the answer's code knows more.
    "silent-not-found": (Is.MEETING_NOT_FOUND, Is.JOIN_IGNORED),
    "silent-not-started": (Is.MEETING_NOT_STARTED, Is.JOIN_IGNORED),
    "silent-sign-in": (Is.SIGN_IN_REQUIRED, Is.JOIN_IGNORED),
    "captcha-invisible": (Is.CAPTCHA_REQUIRED,),
    "captcha-picture": (Is.CAPTCHA_REQUIRED,),
    "captcha-google": (Is.CAPTCHA_REQUIRED,),
    "sign-in": (Is.SIGN_IN_REQUIRED,),
    "sign-in-redirect": (Is.SIGN_IN_REQUIRED,),
    "registration": (Is.REGISTRATION_REQUIRED,),
    "registration-dialog": (Is.REGISTRATION_REQUIRED,),
    "registration-redirect": (Is.REGISTRATION_REQUIRED,),
    "passcode-wrong": (Is.PASSCODE_WRONG,),
    "passcode-missing": (Is.PASSCODE_MISSING,),
    "invalid": (Is.MEETING_NOT_FOUND,),
    "not-started": (Is.MEETING_NOT_STARTED,),
    "locked": (Is.MEETING_LOCKED,),
    "full": (Is.MEETING_FULL,),
    "over": (Is.MEETING_OVER,),
    "removed-before": (Is.REMOVED_BEFORE,),
    "rejected": (Is.ENTRY_DENIED,),
    "web-client-blocked": (Is.WEB_CLIENT_BLOCKED,),
    # The dialog says a number and no more.
    "client-blocked": (Is.JOIN_REFUSED, Is.WEB_CLIENT_BLOCKED),
    # "Your network connection has timed out or your organization has disabled access": it may be either.
    "unreachable": (Is.MEETING_UNREACHABLE, Is.WEB_CLIENT_BLOCKED),
    "no-answer": (Is.MEETING_UNREACHABLE,),
    "server-error": (Is.JOIN_REFUSED, Is.MEETING_UNREACHABLE),
    "page-error": (Is.MEETING_UNREACHABLE,),
    "blank": (Is.JOIN_TIMEOUT, Is.MEETING_UNREACHABLE),
    "page-hangs": (Is.PAGE_UNRESPONSIVE,),
    "page-hangs-on-join": (Is.PAGE_UNRESPONSIVE,),
    "page-hangs-in-meeting": (Is.PAGE_UNRESPONSIVE,),
}
"""Every outcome that ends a stay by itself."""
