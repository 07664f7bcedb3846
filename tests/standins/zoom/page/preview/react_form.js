// The preview with its form: "Enter Meeting Info", own camera's picture on the left, Join on the right.
import { icon, make, text, wait } from "../markup.js";
import { ControlledInput } from "./controlled_input.js";
import { Captcha } from "./captcha.js";
import { iconPath } from "../icons.js";

const REMEMBERED_NAME = "_zm_wc_remembered_name";
const LONGEST_NAME = 64;
const REMOUNT_AFTER_MS = 900;
const LABELS = { pwd: "preview_passcode", email: "preview_email", name: "preview_name" };

export class ReactForm {
  // join(fields) -> what the server said: {errorCode, errorMessage, ...}; "" fields are sent as they are.
  constructor({ config, root, join, devices }) {
    Object.assign(this, { config, root, join, devices, joining: false, walled: false });
    this.joinsToIgnore = config.variant.way === "remount" ? 1 : 0;
    this.errors = {};
    this.passcodeShown = config.passcodeNeeded && !config.passcodeInLink;
    this.captcha = new Captcha(() => this.render());
  }

  async show() {
    this.mount({ name: this.config.userName || localStorage.getItem(REMEMBERED_NAME) || "" });
    if (!this.joinsToIgnore) return;
    await wait(REMOUNT_AFTER_MS);
    if (!this.joining) this.mount({ name: this.config.userName });
  }

  mount(texts) {
    const fields = [];
    this.inputs = {};
    if (this.passcodeShown) fields.push(this.field("pwd", "password", texts.pwd));
    if (this.config.isWebinar) fields.push(this.field("email", "email", texts.email));
    fields.push(this.field("name", "text", texts.name));
    this.button = make("button", { type: "button", class: "zm-btn preview-join-button zm-btn--default zm-btn__outline--blue", onclick: () => this.submit() }, text("preview_join"));
    this.wall = make("div", { class: "preview-reCaptcha-error", hidden: true });
    const box = make("div", { class: "preview-meeting-info" },
      make("h1", { class: "preview-meeting-info__title" }, text("preview_title")),
      ...fields,
      make("label", { class: "preview-remember-name" }, this.remember = make("input", { type: "checkbox", id: "preview-remember-name", checked: true }), text("preview_remember")),
      this.captcha.place(),
      this.wall,
      make("div", { class: "preview-agreement" }, text("preview_agreement")),
      this.button,
      make("div", { class: "recaptcha_tos" }, text("recaptcha_protected")));
    if (this.config.variant.way === "overlay") box.classList.add("preview-meeting-info--covering");
    box.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.matches("input")) this.submit(); });
    this.root.replaceChildren(make("div", { class: "preview-root preview-new-flow" }, this.devices.pane(), box));
    this.render();
  }

  field(kind, type, initial = "") {
    const input = make("input", {
      id: `input-for-${kind}`, type, class: "preview-meeting-info__field-input", autocomplete: "off", maxlength: kind === "pwd" ? 32 : 128,
      "aria-describedby": `error-for-${kind}`, disabled: kind === "name" && this.config.variant.form === "name-fixed",
    });
    const error = make("div", { id: `error-for-${kind}`, class: "preview-meeting-info__field-error", role: "alert" });
    const controlled = new ControlledInput(input, {
      initial: initial || "",
      changed: () => { delete this.errors[kind]; this.render(); },
    });
    this.inputs[kind] = { controlled, error };
    return make("div", { class: "preview-meeting-info__field" }, make("label", { for: `input-for-${kind}`, class: "preview-meeting-info__field-label" }, text(LABELS[kind])), input, error);
  }

  typed(kind) {
    return this.inputs[kind]?.controlled.state ?? "";
  }

  texts() {
    return Object.fromEntries(Object.keys(this.inputs).map((kind) => [kind, this.typed(kind)]));
  }

  allowed() {
    if (this.config.variant.outcome === "join-disabled" || this.walled || this.joining) return false;
    const name = this.typed("name").trim();
    if (!name || name.length > LONGEST_NAME || !this.captcha.answered()) return false;
    if (this.passcodeShown && !this.typed("pwd")) return false;
    return !this.config.isWebinar || /^\S+@\S+\.\S+$/.test(this.typed("email"));
  }

  render() {
    if (this.typed("name").trim().length > LONGEST_NAME) this.errors.name = text("name_too_long");
    for (const [kind, { controlled, error }] of Object.entries(this.inputs)) {
      controlled.render();
      error.textContent = this.errors[kind] ?? "";
    }
    // The property `disabled` stays false: only the classes tell.
    for (const word of ["disabled", "zm-btn--disabled"]) this.button.classList.toggle(word, !this.allowed());
  }

  async submit() {
    if (!this.allowed()) return;
    if (this.joinsToIgnore > 0) {
      this.joinsToIgnore -= 1;
      this.mount({ ...this.texts(), pwd: "" });
      return;
    }
    this.joining = true;
    this.render();
    if (this.remember.checked) localStorage.setItem(REMEMBERED_NAME, this.typed("name"));
    try {
      await this.join({ ...this.texts(), captcha: this.captcha.typed() });
    } finally {
      this.joining = false;
      if (this.button.isConnected) this.render();
    }
  }

  passcodeWrong() {
    if (!this.passcodeShown) {
      this.passcodeShown = true;
      this.mount(this.texts());
    }
    this.errors.pwd = text("password_incorrect");
    this.render();
  }

  fieldError(kind, words) {
    this.errors[kind] = words;
    this.render();
  }

  // Words above the Join button; `wall` keeps Join disabled for good.
  inline(lines, { wall = false, message = false } = {}) {
    this.walled ||= wall;
    this.wall.hidden = false;
    this.wall.replaceChildren(...lines.map((line) => make("div", { class: message ? "preview-reCaptcha-error__message" : "preview-reCaptcha-error__line", role: "alert" }, line)));
    this.render();
  }
}

// The left half: the picture of one's own camera and its two switches.
export class PreviewDevices {
  constructor() {
    this.microphone = localStorage.getItem("WEB-CLIENT-ENABLE-MUTE-WHEN-JOIN-MEETING") !== "true";
    this.camera = false;
  }

  pane() {
    this.audio = make("button", { type: "button", id: "preview-audio-control-button", class: "preview-video__control-button zm-btn", onclick: () => { this.microphone = !this.microphone; this.render(); } });
    this.video = make("button", { type: "button", id: "preview-video-control-button", class: "preview-video__control-button zm-btn", onclick: () => { this.camera = !this.camera; this.render(); } });
    this.render();
    return make("div", { class: "preview-video" }, make("div", { class: "preview-video__picture" }, icon("SvgCamera", iconPath.camera)), make("div", { class: "preview-video__controls" }, this.audio, this.video));
  }

  render() {
    const sides = [
      [this.audio, this.microphone, ["Mute", "SvgAudioMute", iconPath.microphone], ["Unmute", "SvgAudioUnmute", iconPath.microphoneOff]],
      [this.video, this.camera, ["Stop Video", "SvgVideoOff", iconPath.camera], ["Start Video", "SvgVideoOn", iconPath.cameraOff]],
    ];
    for (const [button, on, whenOn, whenOff] of sides) {
      const [label, name, path] = on ? whenOn : whenOff;
      button.setAttribute("aria-label", label);
      button.replaceChildren(icon(name, path), make("span", {}, label));
    }
  }
}
