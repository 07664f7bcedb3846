"""Pieces of pages in Zoom's looks, as its client was seen to show them."""

from __future__ import annotations

FOOTER = """<div id="wc-footer" style="opacity:0"><div class="footer__leave-btn-container">
<button aria-label="Leave">Leave</button></div>{counter}</div>"""
IN_CALL = FOOTER.format(
    counter='<button aria-label="open the participants list pane,[3] particpants">'
    '<span class="footer-button__number-counter"><span>3</span></span></button>'
)
ALONE_BEHIND = FOOTER.format(
    counter='<button aria-label="open the participants list pane,[0] particpants">'
    '<span class="footer-button__number-counter"><span>0</span></span></button>'
)
FORM = """<div class="preview-root"><div class="preview-meeting-info">
<input id="input-for-pwd" type="text"><div id="error-for-pwd" role="alert" class="preview-meeting-info__field-error">{pwd}</div>
<input id="input-for-name" type="text">{more}
<button class="zm-btn preview-join-button {join}" aria-label="">Join</button></div></div>
<div id="wc-loading" style="display:none"><div class="join-meeting">Joining Meeting...</div></div>"""
ROOM = """<div class="{classes}"><div class="wr-information"><div class="wr-topic">{topic}</div>
<div class="wr-tip">{tip}</div></div><button class="leave-btn">Exit</button></div>"""


def dialog(title: str, text: str = "", label: str = "", box: str = "zm-modal zm-modal-legacy") -> str:
    """A dialog of the client's."""
    return f"""<div class="ReactModal__Content" role="dialog" aria-label="{label}"><div class="{box}">
    <div class="zm-modal-body-title">{title}</div><div class="content"><p>{text}</p></div>
    <button>OK</button></div></div>"""


def form(pwd: str = "", more: str = "", join: str = "") -> str:
    """The join form: a complaint about the passcode, more inside, more classes of Join."""
    return FORM.format(pwd=pwd, more=more, join=join)


def room(tip: str, topic: str = "Weekly", classes: str = "meeting-on-hold waiting-room-container") -> str:
    """A waiting room that says this."""
    return ROOM.format(tip=tip, topic=topic, classes=classes)


FAILURES = (
    "This meeting has been ended by host",
    "You have been removed from this meeting by the host.",
    "You are unable to rejoin this meeting because you were previously removed by the host",
    "Host has locked this meeting.",
    "We detected you may be a bot. Automated bots aren't allowed to join this meeting.",
    "Sign in to join this meeting",
    "The host requires authentication on the commercial Zoom platform to join this meeting.",
    "This meeting link is invalid (3,001)",
    "Error code: 1132",
    "Meeting capacity has been reached",
    "Meeting has not started",
    "Waiting for the host to start the meeting.",
    "Please wait, the meeting host will let you in soon.",
    "The Zoom Meetings Web Client is blocked by your organizational policy",
    "Type the characters you see",
    "Incorrect Password",
    "Connecting",
)
EVERYTHING = "".join(f"<p>{words}</p>" for words in FAILURES)
"""What people may write, be called, or name a meeting."""
PEOPLES_WORDS = f"""
<div class="chat-container"><div aria-label="Chat Message List">{EVERYTHING}</div></div>
<div role="dialog" aria-label="Chat">
  <div class="new-chat-message__container"><div id="chat-message-content-1">{EVERYTHING}</div></div></div>
<div class="last-chat-message-tip__container" role="presentation">{EVERYTHING}</div>
<div id="live-transcription-subtitle" role="alert">{EVERYTHING}</div>
<div id="notificationManager"><div class="notification-message-wrap" role="alert">{EVERYTHING}</div></div>
<div id="participants-ul" role="dialog">{EVERYTHING}</div>
<div class="video-avatar__avatar-footer"><span>{EVERYTHING}</span></div>
<h1>{EVERYTHING}</h1>
<script type="text/plain">{EVERYTHING}</script>"""
