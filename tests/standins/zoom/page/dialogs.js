// The client's dialogs: the new modals and the legacy ones share a portal of ReactModal.
import { happened } from "./happenings.js";
import { make, text } from "./markup.js";

const BUTTON = "zm-btn zm-btn-legacy zm-btn__outline--blue";

// buttons: [[label, action, {primary, id, class}]]; an action closes the dialog first. Returns what closes it.
export function openDialog({ title, lines = [], buttons = [], modal = "zm-modal-legacy", label, content = null, classes = "", shown = "dialog_shown" }) {
  const portal = make("div", { class: "ReactModalPortal" });
  const close = () => portal.remove();
  const footer = make("div", { class: "zm-modal-footer zm-modal-footer-default" }, make("div", { class: "zm-modal-footer-default-actions" },
    ...buttons.map(([words, action, extra = {}]) => make("button", {
      type: "button", id: extra.id, class: `${extra.primary ? `${BUTTON} zm-btn--primary` : `${BUTTON} zm-btn--default`} ${extra.class ?? ""}`.trim(),
      onclick: () => { close(); action?.(); },
    }, words))));
  const box = make("div", { class: `${modal} ${classes}`.trim() },
    make("div", { class: "zm-modal-body" },
      make("div", { class: "zm-modal-body-title" }, title),
      make("div", { class: "zm-modal-body-content" }, ...lines.map((line) => make("div", { class: "content" }, line)), content)),
    footer);
  portal.append(make("div", { class: "ReactModal__Overlay ReactModal__Overlay--after-open zm-modal-overlay" },
    make("div", { class: "ReactModal__Content ReactModal__Content--after-open", role: "dialog", "aria-modal": "true", "aria-label": label ?? title, tabindex: "-1" }, box)));
  document.body.append(portal);
  happened(shown, [title, ...lines].join(" "));
  return close;
}

export function botWall({ signIn, closed }) {
  return openDialog({
    modal: "zm-modal new-modal-style", title: text("bot_title"), lines: [text("bot_text"), text("bot_mistake")],
    buttons: [["Close", closed], [text("sign_in"), signIn, { primary: true }]],
  });
}

// The same wall where page text cannot reach it: in a closed shadow root.
export function hiddenBotWall({ signIn }) {
  const host = make("div", { class: "zoom-security-layer" });
  const inside = host.attachShadow({ mode: "closed" });
  inside.append(
    make("style", {}, ".veil{position:fixed;inset:0;background:rgba(0,0,0,.5);z-index:5000;display:grid;place-items:center;font:14px Lato,Arial,sans-serif}"
      + ".box{background:#fff;color:#222230;border-radius:12px;padding:24px;width:420px}h2{margin:0 0 12px;font-size:18px}"
      + "button{padding:8px 16px;border-radius:8px;border:1px solid #c1c6ce;background:#fff;margin-right:8px}"),
    make("div", { class: "veil" }, make("div", { class: "box", role: "dialog" },
      make("h2", {}, text("bot_title")), make("p", {}, text("bot_text")), make("p", {}, text("bot_mistake")),
      make("button", { type: "button", onclick: () => host.remove() }, "Close"), make("button", { type: "button", onclick: signIn }, text("sign_in")))));
  document.body.append(host);
}

// With code 3008 before the meeting; without a code when the connection of a meeting is gone.
export function reconnectDialog({ report, retry, leave, lost = false }) {
  const words = lost ? "Your network connection has timed out." : text("not_started");
  const box = make("div", { class: "dialog-reconnect-container", role: "dialog", "aria-label": text("timeout_title") },
    make("div", { class: "dialog-reconnect-container__title" }, text("timeout_title")),
    make("div", { class: "dialog-reconnect-container__text" }, words),
    lost ? null : make("div", { class: "dialog-reconnect-container__code" }, text("error_3008")),
    make("div", { class: "dialog-reconnect-container__buttons" },
      ...[["Report Problem", report], ["Retry", retry], ["Leave", leave]].map(([label, action]) => make("button", {
        type: "button", class: `zm-btn ${label === "Retry" ? "zm-btn--primary" : "zm-btn--default"}`, onclick: action,
      }, label))));
  const veil = make("div", { class: "dialog-reconnect-overlay" }, box);
  document.body.append(veil);
  happened(lost ? "ended_shown" : "refusal_shown", `${text("timeout_title")} ${words}`);
  return () => veil.remove();
}
