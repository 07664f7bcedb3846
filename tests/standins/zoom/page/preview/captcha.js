// The captchas: Zoom's own picture and sound, and Google's box. The markup exists only while one is asked for.
import { make, text } from "../markup.js";

export class Captcha {
  constructor(changed) {
    this.changed = changed;
    this.kind = null;
    this.words = "";
    this.holder = make("div", { class: "preview-captcha" });
  }

  place() {
    return this.holder;
  }

  answered() {
    return this.kind === null || (this.kind === "picture" && this.words.length > 0);
  }

  typed() {
    return this.words || undefined;
  }

  ask(kind) {
    this.kind = kind;
    this.words = "";
    this.holder.replaceChildren(kind === "google" ? googleBox() : this.picture());
    this.changed();
  }

  picture() {
    const input = make("input", { class: "captcha_code_input", placeholder: "Enter captcha", "aria-label": text("captcha_type"), oninput: () => { this.words = input.value; this.changed(); } });
    return make("div", { class: "component_smart_captcha" },
      make("div", { class: "CaptchaContainer" },
        make("div", { class: "captcha_label" }, text("captcha_type")),
        make("div", { class: "captcha_code_img", role: "img", "aria-label": "captcha" }, letters()),
        make("button", { type: "button", class: "captcha_code_audio", "aria-label": "Play audio captcha" }, "♪"),
        input,
        make("div", { class: "captcha_error", role: "alert" }, text("captcha_retry"))));
  }
}

function letters() {
  const canvas = make("canvas", { width: 150, height: 46 });
  const brush = canvas.getContext("2d");
  brush.font = "30px serif";
  [...crypto.randomUUID().slice(0, 5)].forEach((letter, place) => {
    brush.setTransform(1, (place % 3 - 1) / 4, (place % 2) / 4, 1, 12 + place * 27, 0);
    brush.fillText(letter, 0, 34);
  });
  return canvas;
}

function googleBox() {
  return make("div", { class: "g-recaptcha" },
    make("iframe", { title: "reCAPTCHA", width: 304, height: 78, src: "/wc/assets/recaptcha.html", name: "a-recaptcha" }),
    make("button", { type: "button", class: "captcha_check" }, text("captcha_wait")));
}
