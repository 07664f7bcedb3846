// The older form: #inputname, #inputpasscode, #joinBtn; it submits native values.
import { make, text } from "../markup.js";
import { Captcha } from "./captcha.js";

export class ClassicForm {
  constructor({ config, root, join, devices }) {
    Object.assign(this, { config, root, join, devices, joining: false, walled: false });
    this.joinsToIgnore = config.variant.way === "remount" ? 1 : 0;
    this.passcodeShown = config.passcodeNeeded && !config.passcodeInLink;
    this.captcha = new Captcha(() => this.render());
  }

  show() {
    this.error = make("div", { class: "error-message", role: "alert" });
    this.name = make("input", { type: "text", id: "inputname", class: "form-control", placeholder: "Your Name", maxlength: 64, value: this.config.userName });
    this.passcode = make("input", { type: "password", id: "inputpasscode", class: "form-control", placeholder: text("preview_passcode"), maxlength: 32 });
    this.email = make("input", { type: "email", id: "inputemail", class: "form-control", placeholder: text("preview_email") });
    this.passcodeRow = make("div", { class: "form-group" }, make("label", { for: "inputpasscode" }, text("preview_passcode")), this.passcode);
    this.passcodeRow.hidden = !this.passcodeShown;
    this.button = make("button", { type: "submit", id: "joinBtn", class: "btn btn-primary btn-block btn-lg submit" }, "Join");
    const form = make("form", { id: "joinMeetingForm", class: "form", novalidate: true },
      make("h1", {}, "Join Meeting"),
      make("div", { class: "form-group" }, make("label", { for: "inputname" }, text("preview_name")), this.name),
      this.config.isWebinar ? make("div", { class: "form-group" }, make("label", { for: "inputemail" }, text("preview_email")), this.email) : null,
      this.passcodeRow, this.captcha.place(), this.error,
      make("label", { class: "form-check" }, make("input", { type: "checkbox", checked: true }), text("preview_remember")),
      this.button);
    for (const field of [this.name, this.passcode, this.email]) field.addEventListener("input", () => this.render());
    form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.root.replaceChildren(make("div", { class: "classic-page" }, form));
    this.render();
  }

  allowed() {
    return this.name.value.trim() && (!this.passcodeShown || this.passcode.value) && this.captcha.answered()
      && !this.joining && !this.walled && this.config.variant.outcome !== "join-disabled";
  }

  render() {
    const disabled = !this.allowed();
    this.button.disabled = disabled;
    this.button.classList.toggle("disabled", disabled);
  }

  async submit() {
    if (!this.allowed()) return;
    if (this.joinsToIgnore > 0) {
      this.joinsToIgnore -= 1;
      this.show();
      return;
    }
    this.joining = true;
    this.render();
    try {
      await this.join({ name: this.name.value.trim(), pwd: this.passcode.value, email: this.email.value, captcha: this.captcha.typed() });
    } finally {
      this.joining = false;
      this.render();
    }
  }

  passcodeWrong() {
    this.passcodeShown = true;
    this.passcodeRow.hidden = false;
    this.passcode.value = "";
    this.error.textContent = text("passcode_wrong");
    this.render();
  }

  fieldError(kind, words) {
    this.error.textContent = words;
  }

  inline(lines, { wall = false } = {}) {
    this.walled ||= wall;
    this.error.replaceChildren(...lines.map((line) => make("div", { class: "preview-reCaptcha-error__message" }, line)));
    this.render();
  }
}
