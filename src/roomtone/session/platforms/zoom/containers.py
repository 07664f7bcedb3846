"""Where on Zoom's pages words count: boxes that only the client itself fills, as CSS selectors.

What participants write or are called (chat, captions, names, titles, toasts) is in none of them, so none of
it can end a stay.
"""

from __future__ import annotations

_DIALOGS = (
    ".zm-modal, .zm-modal-legacy, .zm-modal2, .ReactModal__Content, .dialog-reconnect-container, "
    "[role=dialog], [role=alertdialog]"
)
_PEOPLES_BOXES = (
    ".chat-container",
    ".last-chat-message-tip__container",
    "[aria-label='Chat Message List']",
    "[id^=chat-message]",
    "[class*=chat-message]",
    "[class*=chat-item]",
    "[class*=chat-rtf]",
    "[class*=chat-content]",
    ".live-transcription-subtitle__overlay-container",
    "#live-transcription-subtitle",
    "[class*=lt-full-transcript]",
    ".notification-message-wrap",
    "#notificationManager",
    "[class*=toast]",
    "#participants-ul",
    ".participants-section-container",
    "[class*=video-avatar]",
    "[class*=meeting-info-container]",
    ".wr-topic",
)
_PEOPLES_WORDS = ", ".join(_PEOPLES_BOXES)
_CLIENT = (
    "#wc-footer, #foot-bar, #meeting-app, .footer__leave-btn-container, .footer-button__number-counter, "
    ".preview-root, #input-for-name, #inputname, .waiting-room-container, .meeting-on-hold, .on-hold-main, "
    "iframe#webclient, .pwa-webclient__iframe"
)

DIALOG = f":is({_DIALOGS}):not(:is({_PEOPLES_WORDS}), :is({_PEOPLES_WORDS}) *, :has({_PEOPLES_WORDS}))"
"""A dialog of the client; one with anything in it that people fill is none."""

PROGRESS = (
    ":is(#wc-loading, .meeting-app-preload, [class*=connect], [class*=loading])"
    f":not(:is({_PEOPLES_WORDS}), :is({_PEOPLES_WORDS}) *, :has({_PEOPLES_WORDS}))"
)
"""Where the client says that it is on its way."""

FORM_COMPLAINT = (
    ":is(.preview-reCaptcha-error, .preview-reCaptcha-error__message, .preview-meeting-info__field-error, "
    "[id^=error-for-], #prompt, .preview-root [role=alert], form:has(#inputname, #joinBtn) [role=alert], "
    "form:has(#inputname, #joinBtn) [class*=error])"
    ":not(.waiting-room-container *, .meeting-on-hold *)"
)
"""Where a join form says what it does not like."""

WHOLE_PAGE = f"body:not(:has(:is({_CLIENT}), :is({_PEOPLES_WORDS})))"
"""A page that is no meeting client at all, such as Zoom's error page: all it says is its own."""

WAITING_ROOM = (
    ":is(.waiting-room-container, .meeting-on-hold, .on-hold-main, .bhold, .wr-default__title, "
    ".wr-information)"
)
"""The waiting room, before the meeting or in the middle of it."""

WAITING_ROOM_WORDS = f":is({WAITING_ROOM}, {WAITING_ROOM} *):not(.wr-topic, .wr-topic *, :has(.wr-topic))"
"""What the waiting room says, without the meeting's title."""

ERROR_CODE = "[class*=errorcode], [class*=error-code]"
"""Where a dialog has the code alone."""

SHOWN_CODE = r"error code\W{0,3}(\d{1,6})|\((\d{1,3},?\d{3})\)|timeout or browser restriction[^\d]*(\d{1,6})"
"""How a dialog or a page shows a code, as an expression: the code is a group."""

SHADOW = ":host > *"
"""Whatever stands in a shadow root: Zoom's dialogs do in some builds, and nothing that people write does."""

JOIN_BUTTON = "button.preview-join-button, button#joinBtn, input#joinBtn"
NAME_BOX = (
    "input#input-for-name, input#inputname, input[placeholder*='your name' i], "
    "input[aria-label*='your name' i]"
)
PASSCODE_BOX = (
    "input#input-for-pwd, input#inputpasscode, input[placeholder*='passcode' i], "
    "input[aria-label*='passcode' i]"
)
EMAIL_BOX = "input#input-for-email, input#inputemail"
FORM_BOX = f"{NAME_BOX}, {PASSCODE_BOX}, {EMAIL_BOX}"
