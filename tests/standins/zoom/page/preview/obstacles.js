// What stands in the way of the form: the cookie banner and the terms, and the two device prompts.
import { make, text, wait } from "../markup.js";

const PROMPT_MS = 500;

function cookieBanner() {
  if (document.cookie.includes("OptanonAlertBoxClosed")) return;
  const close = () => {
    document.cookie = `OptanonAlertBoxClosed=${Date.now()}; path=/`;
    banner.remove();
  };
  const banner = make("div", { id: "onetrust-consent-sdk" },
    make("div", { id: "onetrust-banner-sdk", role: "region", "aria-label": "Cookie banner" },
      make("div", { id: "onetrust-policy-text" }, "By clicking “Accept Cookies”, you agree to the storing of cookies on your device to enhance site navigation and analyze site usage."),
      make("div", { id: "onetrust-button-group" },
        make("button", { id: "onetrust-pc-btn-handler", onclick: () => {} }, "Cookies Settings"),
        make("button", { id: "onetrust-reject-all-handler", onclick: close }, "Reject All"),
        make("button", { id: "onetrust-accept-btn-handler", onclick: close }, "Accept Cookies"))));
  document.body.append(banner);
}

function terms(root) {
  return new Promise((agreed) => {
    root.replaceChildren(make("div", { class: "terms-page" },
      make("h1", {}, "Agree to the Terms of Service"),
      make("p", {}, "To use Zoom, you need to agree to the Terms of Service and Privacy Statement."),
      make("button", { type: "button", id: "wc_agree1", class: "btn btn-primary", onclick: agreed }, "I Agree"),
      make("button", { type: "button", id: "wc_disagree1", class: "btn" }, "I Disagree")));
  });
}

function permissionPrompt(title, skip) {
  return new Promise((answered) => {
    const close = () => { dialog.remove(); answered(); };
    const dialog = make("div", { class: "pepc-permission-dialog__overlay" },
      make("div", { class: "pepc-permission-dialog", role: "dialog", "aria-label": title },
        make("div", { class: "pepc-permission-dialog__title" }, title),
        make("div", { class: "pepc-permission-dialog__text" }, "Zoom uses your devices only while you are in the meeting."),
        make("button", { type: "button", class: "pepc-permission-dialog__allow zm-btn zm-btn--primary", onclick: async () => {
          await navigator.mediaDevices.getUserMedia({ audio: true, video: !skip.endsWith("without microphone") }).catch(() => null);
          close();
        } }, title),
        make("button", { type: "button", class: "pepc-permission-dialog__footer-button", onclick: close }, skip)));
    document.body.append(dialog);
  });
}

// Shown over the form, twice: the form is there behind, and clicks on it are eaten.
async function devicePrompts() {
  await wait(PROMPT_MS);
  await permissionPrompt(text("permission_title"), text("permission_skip"));
  await wait(PROMPT_MS);
  await permissionPrompt(text("permission_title_mic"), text("permission_skip_mic"));
  localStorage.setItem("preview_permission_dismiss_status", "1");
}

// Resolves when the form may be mounted.
export async function clearTheWay({ config, root }) {
  const { way } = config.variant;
  if (way === "cookie-banner") {
    cookieBanner();
    await terms(root);
  }
  if (way === "device-prompt") devicePrompts();
}
