// The toolbar: it hides itself while the mouse rests, and stays in the DOM.
import { icon, make } from "../markup.js";
import { iconPath } from "../icons.js";

const HIDE_AFTER_MS = 3000;

function button(classes, label, name, path, words, onclick) {
  return make("button", { type: "button", class: `footer-button-base__button ax-outline ${classes}`, "aria-label": label, onclick },
    make("span", { class: "footer-button-base__img-layer" }, icon(name, path)), make("span", { class: "footer-button-base__button-label" }, words));
}

export class Footer {
  // actions: audio, video, participants, chat, share, captions (menu words -> action), leave.
  constructor({ roster, actions }) {
    Object.assign(this, { roster, actions, hideTimer: 0, unread: 0, chatOpen: false, participantsOpen: false });
    this.audioButton = button("join-audio-container__btn", "join audio", "SvgJoinAudio", iconPath.headset, "Join Audio", () => actions.audio());
    this.videoButton = button("send-video-container__btn", "start my video", "SvgVideoOn", iconPath.cameraOff, "Start Video", () => actions.video());
    this.counter = make("span", { class: "footer-button__number-counter" }, make("span", {}, "0"));
    this.participantsButton = button("footer-button__participants", "", "SvgParticipantsDefault", iconPath.people, "Participants", () => actions.participants());
    this.participantsButton.append(this.counter);
    this.chatButton = button("footer-button__chat", "open the chat panel", "SvgChatDefault", iconPath.chat, "Chat", () => actions.chat());
    this.chatBadge = make("span", { class: "footer-chat-button__unread", hidden: true });
    this.chatButton.append(this.chatBadge);
    this.shareButton = button("sharing-entry-button-container", "Share Screen", "SvgShare", iconPath.share, "Share Screen", () => actions.share());
    this.more = make("div", { class: "more-button", role: "button", tabindex: "0", "aria-label": "More meeting control ", "aria-haspopup": "true" },
      make("span", { class: "footer-button-base__img-layer" }, icon("SvgMore", iconPath.more)), make("span", { class: "footer-button-base__button-label" }, "More"));
    this.leaveButton = make("button", { type: "button", class: "footer__leave-btn ax-outline", "aria-label": "Leave", onclick: () => actions.leave() },
      icon("SvgLeave", iconPath.leave), make("span", { class: "footer__leave-btn-text" }, "Leave"));
    this.leaveHolder = make("div", { class: "footer__leave-btn-container" }, this.leaveButton);
    this.element = make("footer", { id: "wc-footer", class: "footer" },
      make("div", { id: "foot-bar", class: "footer__inner", role: "region", "aria-label": "Meeting Controls" },
        make("div", { class: "footer__btns-container footer__btns-container--left" }, this.audioButton, this.videoButton),
        make("div", { class: "footer__btns-container" }, this.participantsButton, this.chatButton, this.shareButton, this.moreHolder = make("div", { class: "more-button__holder" }, this.more)),
        this.leaveHolder));
    this.moved = () => this.appear();
    document.addEventListener("mousemove", this.moved);
    document.addEventListener("keydown", this.moved);
    this.appear();
    this.render();
  }

  appear() {
    this.element.classList.remove("footer--hidden");
    clearTimeout(this.hideTimer);
    if (localStorage.getItem("isAlwaysShowFooter") === "true") return;
    this.hideTimer = setTimeout(() => this.element.classList.add("footer--hidden"), HIDE_AFTER_MS);
  }

  render() {
    const count = this.roster.present().length;
    this.counter.firstChild.textContent = String(count);
    this.participantsButton.setAttribute("aria-label", `${this.participantsOpen ? "close" : "open"} the participants list pane,[${count}] particpants`);
    const unread = this.unread ? `${this.unread} unread message${this.unread > 1 ? "s" : ""}` : "";
    this.chatButton.setAttribute("aria-label", `${this.chatOpen ? "close" : "open"} the chat panel${unread}`);
    this.chatBadge.hidden = !this.unread;
    this.chatBadge.textContent = String(this.unread);
  }

  // state: "out", "joining", "muted", "unmuted".
  audio(state) {
    const [label, name, path, words] = {
      out: ["join audio", "SvgJoinAudio", iconPath.headset, "Join Audio"],
      joining: ["audio", "SvgJoinAudio", iconPath.headset, "Audio"],
      muted: ["unmute my microphone", "SvgAudioUnmute", iconPath.microphoneOff, "Unmute"],
      unmuted: ["mute my microphone", "SvgAudioMute", iconPath.microphone, "Mute"],
    }[state];
    this.audioButton.setAttribute("aria-label", label);
    this.audioButton.firstChild.replaceChildren(icon(name, path));
    this.audioButton.lastChild.textContent = words;
  }

  video(on) {
    this.videoButton.setAttribute("aria-label", on ? "stop my video" : "start my video");
    this.videoButton.firstChild.replaceChildren(icon(on ? "SvgVideoOff" : "SvgVideoOn", on ? iconPath.camera : iconPath.cameraOff));
    this.videoButton.lastChild.textContent = on ? "Stop Video" : "Start Video";
  }

  close() {
    clearTimeout(this.hideTimer);
    document.removeEventListener("mousemove", this.moved);
    document.removeEventListener("keydown", this.moved);
    this.element.remove();
  }
}
