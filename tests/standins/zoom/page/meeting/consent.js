// Notices that ask for consent: nothing is heard or seen before they are answered.
import { make, text } from "../markup.js";
import { happened } from "../happenings.js";
import { openDialog } from "../dialogs.js";
import { CONSENT } from "../signalling/events.js";

const RECORDING = 2;
const SHOW_AFTER_MS = 1000;
const ACCEPTS_ITSELF_MS = 60000;

export class Consent {
  constructor({ config, send, leave }) {
    Object.assign(this, { send, leave, kind: config.variant.meeting, closeDialog: null, timer: 0, recording: false });
    this.cleared = new Promise((clear) => { this.clear = clear; });
  }

  given() {
    return this.cleared;
  }

  start() {
    const asked = { consent: () => this.askRecording(), "consent-strict": () => this.askRecording(), disclaimer: () => this.askAccount() }[this.kind];
    if (!asked) this.clear();
    else this.timer = setTimeout(asked, SHOW_AFTER_MS);
  }

  // A recording that begins again asks again.
  attributes({ cmrServerStatus }) {
    if (cmrServerStatus === undefined) return;
    const began = cmrServerStatus === RECORDING && !this.recording;
    this.recording = cmrServerStatus === RECORDING;
    if (began && this.asksForRecording() && this.answered) this.askRecording({ again: true });
  }

  asksForRecording() {
    return this.kind === "consent" || this.kind === "consent-strict";
  }

  askRecording({ again = false } = {}) {
    if (this.closeDialog) return;
    if (!again && sessionStorage.getItem("recordingConfirmed") === "true") {
      this.accept("recording");
      return;
    }
    this.closeDialog = openDialog({
      title: text("recording_title"), lines: [text("recording_text")], shown: "consent_shown", classes: "recording-disclaimer-dialog commmon-disclaimer-dialog",
      buttons: [[text("leave_meeting"), () => this.leave()], [text("got_it"), () => this.accept("recording"), { primary: true }]],
    });
    // The strict account throws out instead: that is the gateway's.
    if (this.kind === "consent") this.timer = setTimeout(() => { this.closeDialog?.(); this.accept("recording"); }, ACCEPTS_ITSELF_MS);
  }

  askAccount() {
    if (sessionStorage.getItem("disclaimerAgreed") === "true") {
      this.accept("account");
      return;
    }
    const answer = (then) => { this.closeDialog(); then(); };
    const box = make("div", { class: "zm-modal-overlay" },
      make("div", { class: "disclaimer_container_main", role: "dialog", "aria-label": text("disclaimer_title") },
        make("div", { class: "disclaimer_title" }, text("disclaimer_title")),
        make("div", { class: "disclaimer_content" }, text("disclaimer_text")),
        make("div", { class: "disclaimer_footer" },
          make("button", { type: "button", id: "disclaimer_cancel", class: "zm-btn zm-btn--default", onclick: () => answer(() => this.leave()) }, "Cancel"),
          make("button", { type: "button", id: "disclaimer_agree", class: "zm-btn zm-btn--primary", onclick: () => answer(() => this.accept("account")) }, "Agree"))));
    document.body.append(box);
    happened("consent_shown", text("disclaimer_text"));
    this.closeDialog = () => box.remove();
  }

  accept(what) {
    clearTimeout(this.timer);
    this.closeDialog = null;
    this.answered = true;
    sessionStorage.setItem(what === "recording" ? "recordingConfirmed" : "disclaimerAgreed", "true");
    this.send(CONSENT, { confirmed: what });
    this.clear();
  }

  close() {
    clearTimeout(this.timer);
    this.closeDialog?.();
    this.closeDialog = null;
  }
}
