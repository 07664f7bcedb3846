// The chat: messages are always kept; the panel is shown on demand.
export class Chat {
  constructor({ element, send, notice }) {
    this.messages = element("chat-messages");
    this.messages.replaceChildren();
    this.notice = notice;
    this.panel = element("chat");
    this.toggle = element("chat-toggle");
    this.toggle.onclick = () => this.show(this.panel.hidden);
    this.show(false);
    this.unread = 0;
    const text = element("chat-text");
    element("chat-form").onsubmit = (event) => {
      event.preventDefault();
      if (!text.value.trim()) return;
      send({ type: "chat", text: text.value });
      text.value = "";
    };
  }

  add({ message_id: messageId, name, text }) {
    const line = document.createElement("div");
    line.className = "chat-message";
    line.dataset.messageId = messageId;
    for (const [className, content] of [["chat-name", name], ["chat-text", text]]) {
      const part = document.createElement("span");
      part.className = className;
      part.textContent = content;
      line.append(part);
    }
    this.messages.append(line);
    this.messages.scrollTop = this.messages.scrollHeight;
    if (this.panel.hidden) this.unread += 1;
    this.label();
  }

  show(open) {
    this.panel.hidden = !open;
    this.toggle.setAttribute("aria-expanded", String(open));
    this.unread = 0;
    this.label();
    this.messages.scrollTop = this.messages.scrollHeight;
  }

  label() {
    this.toggle.textContent = this.unread ? `Chat (${this.unread})` : "Chat";
  }

  close() {
    this.show(false);
  }
}
