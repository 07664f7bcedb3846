// Live captions: the overlay that vanishes after silence, and the pane with the full transcript.
import { initials, make, text } from "../markup.js";
import { WANT_CAPTIONS } from "../signalling/events.js";

const OVERLAY_MS = 10000;
const OVERLAY_LINES = 3;

export class Captions {
  constructor({ roster, send, side, notices, resized }) {
    Object.assign(this, { roster, send, side, notices, resized, on: false, allowed: true, timer: 0 });
    this.parts = new Map();
    this.list = make("div", { id: "live-transcription-subtitle", class: "live-transcription-subtitle__box", "aria-live": "polite" });
    this.overlay = make("div", { class: "live-transcription-subtitle__overlay-container", hidden: true }, this.list);
    this.transcript = make("div", { class: "lt-full-transcript__list", role: "list", "aria-label": "Transcript list" });
    this.pane = make("div", { class: "lt-full-transcript", hidden: true },
      make("div", { class: "lt-full-transcript__header" }, "Transcript", make("button", { type: "button", class: "pane-close", "aria-label": "close transcript", onclick: () => this.showTranscript(false) }, "×")),
      this.transcript);
    side.append(this.pane);
  }

  state({ bOn, bCanEnable }) {
    if (bCanEnable === false) this.allowed = false;
    if (bOn && !this.on) this.turnedOn();
  }

  ask() {
    if (!this.allowed) return this.notices().toast("Captions are disabled by the host");
    this.send(WANT_CAPTIONS, { bOn: true });
    return this.turnedOn();
  }

  turnedOn() {
    this.on = true;
    this.notices().toast(text("captions_on"));
  }

  turnOff() {
    this.on = false;
    this.overlay.hidden = true;
    this.send(WANT_CAPTIONS, { bOn: false });
  }

  // A part with a known id replaces the words that were shown for it.
  part({ msgId, userId, text: words, time }) {
    if (!this.on) return;
    const known = this.parts.get(msgId);
    if (known) for (const place of known) place.textContent = words;
    else this.parts.set(msgId, this.add(userId, words, time));
    this.overlay.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.overlay.hidden = true; this.list.replaceChildren(); }, OVERLAY_MS);
  }

  add(userId, words, time) {
    const name = this.roster.people.get(userId)?.name ?? "";
    const line = make("span", { class: "live-transcription-subtitle__text" }, words);
    const message = make("div", { class: "lt-full-transcript__message" }, words);
    this.list.append(make("div", { class: "live-transcription-subtitle__item" }, make("div", { class: "zmu-data-selector-item__icon", "aria-hidden": "true" }, initials(name)), line));
    while (this.list.children.length > OVERLAY_LINES) this.list.firstChild.remove();
    const clock = time ?? new Date().toLocaleTimeString("en-GB");
    this.transcript.append(make("div", { class: "lt-full-transcript__item", role: "listitem" },
      make("div", { class: "lt-full-transcript__display-name" }, name), make("div", { class: "lt-full-transcript__time" }, clock), message));
    this.transcript.scrollTop = this.transcript.scrollHeight;
    return [line, message];
  }

  showTranscript(shown) {
    this.pane.hidden = !shown;
    this.side.hidden = [...this.side.children].every((pane) => pane.hidden);
    this.resized();
  }
}
