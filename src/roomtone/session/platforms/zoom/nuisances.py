"""What lies in the way on Zoom's pages and is pressed away, for the whole of a stay."""

from __future__ import annotations

from roomtone.session.platforms.sweeping import Nuisance

_DIALOG = ".zm-modal, .zm-modal-legacy, .zm-modal2, .ReactModal__Content, [role=dialog], [role=alertdialog]"
_BUTTON = "button, [role=button], a.zm-btn"
_CLOSE = (
    "button[aria-label*='close' i], button:has([aria-label*='close' i]), "
    "[role=button][aria-label*='close' i], [class*=close-btn], [class*=close-icon], i[class*=close]"
)
_AGREE = ("got it", "agree", "i agree", "accept")
"""Only a dialog that asks something has one of these, whatever else its words may be."""
_ENDING_WORDS = (
    "has ended",
    "been ended",
    "end now",
    "been removed",
    "previously removed",
    "unable to",
    "fail to join",
    "error code",
    "sign in",
    "captcha",
    "passcode",
    "locked",
    "capacity",
    "timeout",
    "not started",
    "automated bots",
    "leave the meeting?",
    "end the meeting",
)
"""A dialog that says any of these is no nuisance: it ends the stay, or is about to."""

EVERYWHERE: tuple[Nuisance, ...] = (
    Nuisance("cookies", "#onetrust-reject-all-handler", ":scope"),
    Nuisance("cookies_accepted", "#onetrust-accept-btn-handler", ":scope"),
    Nuisance(
        "cookie_words",
        "[id*=cookie i], [class*=cookie i], [id*=onetrust], [role=dialog]",
        _BUTTON,
        words=("cookie",),
        label=("reject all", "decline cookies", "accept cookies", "accept all cookies", "i agree"),
    ),
    Nuisance("terms", "#wc_agree1", ":scope"),
    Nuisance("account_disclaimer", "#disclaimer_agree", ":scope"),
    # Sound and picture are kept from who has not agreed.
    Nuisance(
        "consent",
        ".recording-disclaimer-dialog, .commmon-disclaimer-dialog, .disclaimer_container_main, "
        "[class*=disclaimer]:has(button)",
        _BUTTON,
        label=(*_AGREE, "ok", "continue"),
    ),
    Nuisance(
        "consent_words",
        _DIALOG,
        _BUTTON,
        words=(
            "is being recorded",
            "being livestreamed",
            "being transcribed",
            "consent to being",
            "until consent is given",
            "ai companion",
            "being archived",
        ),
        label=(*_AGREE, "ok", "continue"),
        never=_ENDING_WORDS,
    ),
    # Its blue button is the wrong one.
    Nuisance(
        "asked_to_unmute",
        _DIALOG,
        _BUTTON,
        words=("would like you to unmute", "spotlighted your video", "to join audio to speak"),
        label=("stay muted", "cancel", "not now"),
        never=_ENDING_WORDS,
    ),
    Nuisance(
        "asked_for_video",
        _DIALOG,
        _BUTTON,
        words=("start your video", "turn on your camera", "turn on your video"),
        label=("later", "cancel", "not now"),
        never=_ENDING_WORDS,
    ),
    Nuisance(
        "banner",
        ".notification-message-wrap, .permission-allow-tip",
        _CLOSE,
        words=(
            "hardware acceleration",
            "graphics acceleration",
            "graphics/hardware",
            "for a better meeting experience",
            "cannot detect your",
            "use your microphone",
            "use your camera",
            "your microphone",
            "your camera",
        ),
    ),
    Nuisance(
        "tip",
        ".relative-tooltip, .settings-feature-tips, [class*=feature-tip], [class*=-tooltip]:has(button)",
        _BUTTON,
        label=("got it", "ok"),
    ),
    Nuisance(
        "muted_advice",
        f"{_DIALOG}, .notification-message-wrap",
        f"{_BUTTON}, {_CLOSE}",
        words=("mic is muted", "microphone is muted", "you are muted"),
        label=("got it", "ok", "close", "close medium"),
        never=_ENDING_WORDS,
    ),
    Nuisance("notice", _DIALOG, _BUTTON, label=_AGREE),
)
"""On the way in, in the waiting room and in the call. Never "Learn more", never a button for its looks."""

IN_CALL: tuple[Nuisance, ...] = (
    *EVERYWHERE,
    # Not on the way in, where an unknown dialog of one button may say why there is none.
    Nuisance("notice_in_call", _DIALOG, _BUTTON, label=("ok",), never=_ENDING_WORDS),
)
"""In the call."""
