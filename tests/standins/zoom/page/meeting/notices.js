// Banners, toasts, tips and requests that come while the meeting goes on.
import { make, text } from "../markup.js";
import { openDialog } from "../dialogs.js";

const TOAST_MS = 4000;
const TIPS_MS = [1500, 3000, 5000, 7500, 10000, 13000, 16000, 19000];

export class Notices {
  constructor({ config, audio, leave }) {
    Object.assign(this, { config, audio, leave, hosts: null, closing: [] });
    this.timers = [];
    this.element = make("div", { id: "notificationManager", class: "notification-manager" });
  }

  start() {
    this.banner(text("hardware"), { learnMore: true });
    if (localStorage.getItem("preview_permission_dismiss_status") === "1") {
      this.element.append(this.permissionTip = make("div", { class: "permission-allow-tip", role: "alert" }, "Allow microphone and camera access to be seen and heard.",
        make("button", { type: "button", "aria-label": "Close Medium", onclick: () => this.permissionTip.remove() }, "×")));
    }
    if (this.config.variant.lobby === "lobby-words-in-call") this.banner(text("wr_soon"));
    if (this.config.variant.meeting !== "tips") return;
    const tips = [() => this.tooltip(), () => this.settingsTip(), () => this.companion(), () => this.banner(text("no_camera")), () => this.mutedAdvice(), () => this.appsNotice(),
      () => this.unmuteRequest(), () => this.banner(text("waiting_room_on"))];
    tips.forEach((tip, place) => this.timers.push(setTimeout(tip, TIPS_MS[place])));
  }

  // A dark bar that stays until its cross is pressed; it lies in the picture.
  banner(words, { learnMore = false } = {}) {
    const bar = make("div", { class: "notification-message-wrap", role: "alert" },
      make("span", { class: "notification-message-wrap__text" }, words),
      learnMore ? make("a", { href: "https://support.zoom.us/hc/", target: "_blank", class: "notification-message-wrap__link" }, text("learn_more")) : null,
      make("button", { type: "button", class: "notification-message-wrap__close", onclick: () => bar.remove() }, make("i", { class: "zmicon", "aria-label": "Close Medium" }, "×")));
    this.element.append(bar);
    return bar;
  }

  toast(words) {
    const bar = this.banner(words);
    bar.classList.add("notification-message-wrap--toast");
    this.timers.push(setTimeout(() => bar.remove(), TOAST_MS));
  }

  tooltip() {
    const tip = make("div", { class: "relative-tooltip", role: "tooltip" }, "You can now pin up to nine videos.",
      make("button", { type: "button", class: "zm-btn", onclick: () => tip.remove() }, text("got_it")));
    this.element.parentElement?.append(tip);
  }

  settingsTip() {
    const tip = make("div", { class: "settings-feature-tips" }, make("p", {}, "Background noise suppression is now in Settings."),
      make("button", { type: "button", class: "zm-btn zm-btn--primary", onclick: () => tip.remove() }, "OK"));
    this.element.parentElement?.append(tip);
  }

  companion() {
    this.open({ modal: "zm-modal", title: text("ai_title"), lines: [text("ai_text")], buttons: [[text("leave_meeting"), () => this.leave()], [text("got_it"), null, { primary: true }]] });
  }

  mutedAdvice() {
    this.open({ modal: "zm-modal", title: text("mic_muted"), buttons: [["OK", null, { primary: true }]] });
  }

  appsNotice() {
    const notice = make("div", { class: "rtms-disclaimer-info__container" }, make("div", { class: "rtms-disclaimer-info__title" }, text("rtms_title")),
      make("div", { class: "rtms-disclaimer-info__content" }, text("rtms_text")),
      make("button", { type: "button", class: "rtms-disclaimer-info__button zm-btn zm-btn--primary", onclick: () => notice.remove() }, text("got_it")));
    this.element.parentElement?.append(notice);
  }

  unmuteRequest() {
    this.open({ title: text("unmute_title"), buttons: [[text("unmute_stay")], ["Unmute", () => this.audio.mute(false), { primary: true }]] });
  }

  open(options) {
    this.closing.push(openDialog(options));
  }

  peopleChanged(roster) {
    const hosts = roster.present().filter((person) => person.role === 1);
    const ids = new Set(hosts.map((person) => person.id));
    if (this.hosts) for (const host of hosts) if (!this.hosts.has(host.id)) this.toast(`${host.name} is the host now.`);
    if (ids.size || this.hosts) this.hosts = ids;
  }

  close() {
    this.timers.forEach(clearTimeout);
    this.closing.forEach((close) => close());
  }
}
