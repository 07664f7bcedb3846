// Joining audio: by itself where the account says so, else by the footer's button and its dialog.
import { make, text, wait } from "../markup.js";
import * as events from "../signalling/events.js";

const AUTO_JOIN_MS = 300;
const TRANSITION_MS = 1500;
const GIVE_UP_MS = 10000;

export class AudioJoin {
  constructor({ config, footer, devices, roster, media, send, mediaConfig, onNegotiation, noMicrophone }) {
    Object.assign(this, { config, footer, roster, media, send, mediaConfig, onNegotiation, noMicrophone, state: "out", stopped: false });
    this.muted = !devices.microphone;
    this.dialog = null;
  }

  async start() {
    if (this.config.variant.audio_join === "manual-audio" || localStorage.getItem("WEB-CLIENT-ENABLE-AUTO-JOIN-AUDIO") === "false") return;
    await wait(AUTO_JOIN_MS);
    if (this.state === "out" && !this.stopped) this.join();
  }

  pressed() {
    if (this.state === "out") this.openDialog();
    else if (this.state !== "joining") this.mute(this.state === "unmuted");
  }

  openDialog() {
    if (this.dialog) return;
    const close = () => { this.dialog?.remove(); this.dialog = null; };
    const button = make("button", { type: "button", class: "zm-btn join-audio-by-voip__join-btn zm-btn--primary zm-btn__outline--white zm-btn--lg", onclick: async () => {
      button.textContent = text("audio_waiting");
      button.classList.add("zm-btn--disabled");
      await this.join();
      close();
    } }, text("audio_voip"));
    this.dialog = make("div", { class: "join-dialog zm-modal-overlay" },
      make("div", { class: "join-audio-dialog", role: "dialog", "aria-label": "Join Audio" },
        make("button", { type: "button", class: "join-dialog__close", "aria-label": "close", onclick: close }, "×"),
        make("div", { role: "tablist", class: "join-audio-dialog__tabs" },
          make("button", { type: "button", role: "tab", "aria-selected": "true" }, "Computer Audio"), make("button", { type: "button", role: "tab", "aria-selected": "false" }, "Phone Call")),
        make("div", { class: "join-audio-by-voip" }, button)));
    document.body.append(this.dialog);
  }

  async join() {
    this.show("joining");
    this.openMicrophone();
    if (this.config.variant.audio_join === "no-audio") {
      await wait(GIVE_UP_MS);
      return this.show("out");
    }
    try {
      const joining = this.media.joinAudio({ config: this.mediaConfig(), send: this.send, onNegotiation: this.onNegotiation });
      await Promise.all([joining, wait(TRANSITION_MS)]);
    } catch (problem) {
      console.warn("joining audio failed", problem);
      return this.show("out");
    }
    if (this.stopped) return undefined;
    return this.mute(this.muted);
  }

  // Joining does not wait for the microphone: without one, one listens.
  async openMicrophone() {
    try {
      this.microphone ??= await navigator.mediaDevices.getUserMedia({ audio: true });
      if (this.stopped) this.closeMicrophone();
    } catch {
      this.noMicrophone();
    }
  }

  closeMicrophone() {
    this.microphone?.getTracks().forEach((track) => track.stop());
    this.microphone = null;
  }

  mute(muted) {
    this.muted = muted;
    this.microphone?.getTracks().forEach((track) => { track.enabled = !muted; });
    this.send(events.OWN_AUDIO, { audio: "computer", muted });
    this.show(muted ? "muted" : "unmuted");
  }

  // The host may have muted us.
  ownStateChanged() {
    const own = this.roster.self();
    if (this.state !== "unmuted" || !own?.muted || own.audio !== "computer" || !this.confirmedUnmuted) {
      this.confirmedUnmuted = this.state === "unmuted" && own?.audio === "computer" && !own.muted;
      return;
    }
    this.muted = true;
    this.show("muted");
  }

  show(state) {
    this.state = state;
    this.footer.audio(state);
  }

  stop() {
    this.stopped = true;
    this.dialog?.remove();
    this.closeMicrophone();
    if (this.state !== "out") this.media.leaveAudio();
  }
}
