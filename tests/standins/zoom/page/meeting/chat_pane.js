// The chat: a tip with the last message while the pane is closed, the list and the editor in it.
import { initials, make } from "../markup.js";
import { encode } from "../base64.js";
import { SAY_IN_CHAT } from "../signalling/events.js";

const TIP_MS = 6000;

export class ChatPane {
  constructor({ roster, send, side, footer, resized }) {
    Object.assign(this, { roster, send, side, footer, resized, tip: null, own: 0 });
    this.list = make("div", { class: "chat-container__chat-list", role: "list", "aria-label": "Chat Message List", tabindex: "0" });
    this.line = make("p", { "data-placeholder": "Type message here ...", class: "is-empty is-editor-empty" });
    this.editor = make("div", { class: "tiptap ProseMirror", contenteditable: "true", role: "textbox", "aria-label": "chat message editor", tabindex: "0" }, this.line);
    this.editor.addEventListener("input", () => this.edited());
    this.editor.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey) return;
      event.preventDefault();
      this.say();
    });
    this.pane = make("div", { class: "chat-container", hidden: true },
      make("div", { class: "chat-header__header" }, make("span", { class: "chat-header__title" }, "Meeting chat"),
        make("button", { type: "button", class: "pane-close", "aria-label": "close chat panel", onclick: () => this.toggle() }, "×")),
      this.list,
      make("div", { class: "chat-receiver-list" }, "To: ", make("button", { type: "button", class: "chat-receiver-list__receiver" }, "Everyone")),
      make("div", { class: "chat-rtf-box__editor-outer" }, this.editor, make("button", { type: "button", class: "chat-rtf-box__send", "aria-label": "send", onclick: () => this.say() }, "➤")));
    side.append(this.pane);
  }

  edited() {
    if (!this.editor.querySelector("p")) this.editor.replaceChildren(make("p", { "data-placeholder": "Type message here ..." }, this.editor.textContent));
    const line = this.editor.querySelector("p");
    line.classList.toggle("is-empty", !line.textContent);
  }

  say() {
    const words = this.editor.innerText.trim();
    if (!words) return;
    this.send(SAY_IN_CHAT, { text: encode(words), destNodeID: 0 });
    this.editor.replaceChildren(make("p", { "data-placeholder": "Type message here ...", class: "is-empty is-editor-empty" }));
    this.own += 1;
    this.item({ sender: "You", words, id: `own-${this.own}` });
  }

  // A message of one's own that comes back from the gateway is there already.
  add({ sender, words, id, own }) {
    if (own) return;
    this.item({ sender, words, id });
    if (!this.pane.hidden) return;
    this.footer.unread += 1;
    this.footer.render();
    this.showTip(sender, words);
  }

  item({ sender, words, id }) {
    const time = new Date().toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" });
    this.list.append(make("div", { class: "new-chat-item__container", role: "listitem" },
      make("div", { class: "new-chat-message__avatar", "aria-hidden": "true" }, initials(sender)),
      make("div", { class: "new-chat-message__container" },
        make("div", { class: "chat-item__chat-info-header" },
          make("span", { class: "chat-item__sender" }, sender), make("span", { class: "chat-item__to" }, " to "), make("span", { class: "chat-item__receiver" }, "Everyone"),
          make("span", { class: "chat-item__chat-info-time-stamp" }, time)),
        make("div", { id: `chat-message-content-${id}`, class: "new-chat-message__content", "aria-label": `${sender} to Everyone, ${time}, ${words}` },
          make("div", { class: "new-chat-message__text-box new-chat-message__text-content chat-rtf-box__display" }, make("p", {}, words))))));
    this.list.scrollTop = this.list.scrollHeight;
  }

  showTip(sender, words) {
    this.tip?.remove();
    this.tip = make("div", { class: "last-chat-message-tip__container", role: "status", onclick: () => this.toggle() },
      make("div", { class: "last-chat-message-tip__from-to" }, `${sender} To Everyone`), make("div", { class: "last-chat-message-tip__content" }, words));
    this.footer.element.append(this.tip);
    const shown = this.tip;
    setTimeout(() => shown.remove(), TIP_MS);
  }

  toggle() {
    this.pane.hidden = !this.pane.hidden;
    this.side.hidden = [...this.side.children].every((pane) => pane.hidden);
    this.footer.chatOpen = !this.pane.hidden;
    if (this.footer.chatOpen) {
      this.footer.unread = 0;
      this.tip?.remove();
    }
    this.footer.render();
    this.resized();
  }
}
