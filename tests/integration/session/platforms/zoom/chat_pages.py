"""The chat and the camera's button in Zoom's looks, as the client was seen to have them, in several builds."""

from __future__ import annotations

import json

BAR = """<footer id="wc-footer" style="opacity:0"><div id="foot-bar">
<button class="footer-button-base__button send-video-container__btn {camera_class}" aria-label="start my video"
  aria-disabled="false">Video</button>
{chat}
<div class="more-button"><div id="moreButton" role="group" aria-label="More meeting control ">
  <button class="footer-button-base__button">More</button></div></div>
<div class="footer__leave-btn-container"><button aria-label="Leave">Leave</button></div></div></footer>
<div id="wc-container-right"></div>"""
IN_BAR = (
    """<button class="footer-button__button" aria-label="open the chat panel1 unread message">Chat</button>"""
)
LIST = """<div role="application" aria-label="Chat Message List">
<div class="chat-item__sender">Ada</div>
<div class="chat-message__container" id="chat-message-content-0" aria-label="Ada to Everyone, 11:45:51 AM, Hello all">
<div class="chat-message__text-box chat-message__text-box--others">Hello all</div></div></div>"""
HEADER = """<div class="chat-header__header"><div class="chat-header__title">Meeting Chat</div>
<div class="chat-header__operate"><button class="particpant-header__close-right" aria-label="Close">x</button></div></div>"""
PLAIN = """<div class="chat-box__chat-content-send"><textarea class="chat-box__chat-textarea" maxlength="1024"
title="chat message" placeholder="Type message here ..."></textarea></div>"""
RICH = """<div class="chat-rtf-box__editor-outer"><div class="tiptap ProseMirror" contenteditable="true">
<p data-placeholder="Type message here ..."><br></p></div><button class="chat-rtf-box__send" aria-label="send">s</button></div>"""
THREAD = """<div class="new-chat-item--input"><div class="tiptap ProseMirror" contenteditable="true">
<p data-placeholder="Reply..."><br></p></div><button class="chat-rtf-box__send" aria-label="send">s</button></div>"""
SHUT = """<div class="chat-container__chat-footer"><div class="chat-container__chat-disabled"
role="presentation" aria-label="{why}"></div></div>"""
CHOSEN = """<div class="chat-receiver-list"><span class="chat-receiver-list__to-text">to: </span>
<div id="chatReceiverMenu" class="dropup"><button class="chat-receiver-list__receiver dropdown-toggle"
aria-label="Send chat to {name} please select a receiver"><span class="chat-receiver-list__receiverName">{name}</span>
</button></div></div>"""
FIXED = """<div class="chat-receiver-list"><span class="chat-receiver-list__to-text">to: </span>
<span class="chat-receiver-list__read-only-receiver">Alice Host</span></div>"""

BEHAVIOUR = """<script>
window.sent = [];
window.opened = 0;
const panel = () => document.querySelector(".chat-container");
const right = document.getElementById("wc-container-right");
const one = (selector, root = document) => root.querySelector(selector);

function toggle() {
  const button = one("[aria-label*='chat panel']");
  if (panel()) panel().remove();
  else if (scene.misses-- <= 0) {
    window.opened += 1;
    right.innerHTML = `<div class="chat-container">${scene.panel}</div>`;
  }
  button?.setAttribute("aria-label", panel() ? "close the chat panel" : "open the chat panel");
}
function take(box) {
  const text = box.value ?? box.innerText.trim();
  if (!text) return;
  if (scene.warning) {
    one(".chat-container").insertAdjacentHTML("beforeend",
      `<div class="chat-container__warning-in-chat"><p class="chat-container__warning-in-chat-text">${scene.warning}</p></div>`);
    return;
  }
  if (scene.deaf) return;
  window.sent.push([one(".chat-receiver-list__receiverName")?.textContent ?? "", text]);
  if (box.value !== undefined) box.value = ""; else box.innerHTML = "<p><br></p>";
  const line = document.createElement("div");
  line.className = "chat-message__text-box chat-message__text-box--self";
  line.textContent = text;
  if (!scene.unshown) one("[aria-label='Chat Message List']").append(line);
}
function choose(name) {
  const button = one(".chat-receiver-list__receiver");
  one(".chat-receiver-list__receiverName").textContent = name;
  button.setAttribute("aria-label", `Send chat to ${name} please select a receiver`);
  one(".dropdown-menu", button.parentElement).remove();
}
document.addEventListener("click", (event) => {
  const target = event.target;
  const hit = (selector) => target.closest(selector);
  if (hit("[aria-label*='chat panel']") || hit(".chat-header__header [aria-label='Close']")) return toggle();
  if (hit(".send-video-container__btn") && scene.camera) {
    const button = hit(".send-video-container__btn");
    const isOn = button.getAttribute("aria-label").startsWith("stop");
    setTimeout(() => button.setAttribute("aria-label", isOn ? "start my video" : "stop my video"), 300);
  }
  if (hit("#moreButton button")) {
    if (one(".more-button__pop-menu")) return one(".more-button__pop-menu").remove();
    document.body.insertAdjacentHTML("beforeend", `<div class="dropdown-menu more-button__pop-menu" role="menu">
      <a role="menuitem">Settings</a>${scene.inMore ? '<a role="menuitem" class="chat-item">Chat</a>' : ""}</div>`);
  }
  if (hit(".more-button__pop-menu .chat-item")) { one(".more-button__pop-menu").remove(); toggle(); }
  if (hit(".chat-receiver-list__receiver")) {
    const names = scene.receivers.map((name) => `<a class="chat-receiver-list__menu-item" role="menuitemradio">${name}</a>`);
    hit("#chatReceiverMenu").insertAdjacentHTML("beforeend", `<div class="dropdown-menu">${names.join("")}</div>`);
  }
  if (hit(".chat-receiver-list__menu-item")) choose(target.textContent);
  if (hit(".chat-rtf-box__send")) take(hit(".chat-rtf-box__send").parentElement.querySelector("[contenteditable]"));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  if (event.target.matches("textarea")) take(event.target);
  else window.chosen_suggestion = true;
}, true);
</script>"""


def call(
    *,
    editor: str = PLAIN,
    receiver: str = "Everyone",
    receivers: tuple[str, ...] = ("Everyone", "Ada"),
    fixed: bool = False,
    chat: bool = True,
    camera_class: str = "",
    before: str = "",
    **scene: object,
) -> str:
    """A page of a call.

    Args:
        editor: Where one writes.
        receiver: Who is chosen; empty: the client names nobody.
        receivers: Who can be.
        fixed: Whether one receiver alone can be written to.
        chat: Whether the bar has a button for the chat.
        camera_class: More of the camera button's class.
        before: What stands over the editor.
        scene: ``misses`` presses of the toggle, ``warning`` in place of sending, ``deaf``: Enter does nothing,
            ``unshown``: sent messages are not listed, ``inMore``: the menu has the chat, ``camera``: works.
    """
    chosen = FIXED if fixed else CHOSEN.format(name=receiver) if receiver else ""
    told = {
        "misses": 0,
        "panel": HEADER + LIST + before + chosen + editor,
        "receivers": receivers,
        **scene,
    }
    bar = BAR.format(chat=IN_BAR if chat else "", camera_class=camera_class)
    return f"{bar}<script>const scene = {json.dumps(told)};</script>{BEHAVIOUR}"
