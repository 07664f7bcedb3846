// The meeting as it is seen: stage, toolbar, panes, notices; and what its buttons do.
import { make, text } from "../markup.js";
import * as events from "../signalling/events.js";
import * as media from "../media/media.js";
import { AudioJoin } from "./audio_join.js";
import { Captions } from "./captions.js";
import { ChatPane } from "./chat_pane.js";
import { Consent } from "./consent.js";
import { Footer } from "./footer.js";
import { LeaveMenu } from "./leave_menu.js";
import { MoreMenu } from "./more_menu.js";
import { Notices } from "./notices.js";
import { ParticipantsPane } from "./participants_pane.js";
import { Stage } from "./stage.js";
import { TopBar } from "./top_bar.js";

const HANG_AFTER_MS = 5000;

export class MeetingView {
  constructor({ config, root, roster, signalling, devices, leave }) {
    Object.assign(this, { config, roster, signalling, devices, coverElement: null });
    this.send = (evt, body) => signalling.send(evt, body);
    this.onNegotiation = (handler) => signalling.listen(handler);
    this.stage = new Stage({ config, roster, media });
    this.side = make("div", { id: "wc-container-right", class: "right-pane", hidden: true });
    this.captions = new Captions({ roster, send: this.send, side: this.side, notices: () => this.notices, resized: () => this.fit() });
    this.footer = new Footer({ roster, actions: {
      audio: () => this.audio.pressed(), video: () => this.toggleVideo(), participants: () => this.participants.pressed(), chat: () => this.chat.toggle(),
      share: () => this.notices.toast("Only the host can share in this meeting"), leave: () => this.leaveMenu.toggle(),
    } });
    this.chat = new ChatPane({ roster, send: this.send, side: this.side, footer: this.footer, resized: () => this.fit() });
    this.participants = new ParticipantsPane({ roster, side: this.side, footer: this.footer, resized: () => this.fit() });
    this.leaveMenu = new LeaveMenu({ holder: this.footer.leaveHolder, leave });
    this.more = new MoreMenu({ holder: this.footer.moreHolder, button: this.footer.more, captions: this.captions });
    this.audio = new AudioJoin({
      config, footer: this.footer, devices, roster, media, send: this.send, mediaConfig: () => this.mediaConfig(), onNegotiation: this.onNegotiation,
      noMicrophone: () => this.notices.banner(text("no_microphone")),
    });
    this.notices = new Notices({ config, audio: this.audio, leave });
    this.consent = new Consent({ config, send: this.send, leave });
    this.topBar = new TopBar({ config, stage: this.stage });
    this.layout = make("div", { class: "main-layout" }, this.stage.element, this.topBar.element, this.captions.overlay, this.notices.element, this.footer.element);
    this.element = make("div", { id: "meeting-app", class: "meeting-app" }, make("div", { class: "meeting-client" }, make("div", { class: "meeting-client-inner" }, this.layout, this.side)));
    root.replaceChildren(this.element);
  }

  mediaConfig() {
    return {
      ...this.config, ...this.signalling.session, rwg: this.signalling.rwg,
      participants: () => this.roster.present().map(({ id, name, bVideoOn, bShareOn, muted }) => ({ id, name, bVideoOn, bShareOn, muted })),
    };
  }

  useMedia() {
    media.useMedia({ config: this.mediaConfig(), send: this.send, onNegotiation: this.onNegotiation });
  }

  cover(element) {
    this.coverElement = element;
    this.layout.append(element);
  }

  covered() {
    return this.coverElement !== null;
  }

  uncover() {
    this.coverElement.remove();
    this.coverElement = null;
  }

  async entered() {
    this.notices.start();
    this.consent.start();
    if (this.config.variant.outcome === "page-hangs-in-meeting") setTimeout(() => { for (;;) { /* the page never answers again */ } }, HANG_AFTER_MS);
    await this.consent.given();
    if (!this.element.isConnected) return;
    this.stage.allowMedia();
    this.audio.start();
  }

  attributes(body) {
    this.topBar.recording(body.cmrServerStatus === 2);
    this.consent.attributes(body);
  }

  peopleChanged() {
    this.audio.ownStateChanged();
    this.render();
    this.participants.render();
    this.notices.peopleChanged(this.roster);
  }

  render() {
    this.footer.render();
    this.stage.render();
  }

  talking() {
    this.stage.talking();
    this.participants.talking();
  }

  askedToUnmute() {
    this.notices.unmuteRequest();
  }

  toggleVideo() {
    const on = !this.roster.self()?.bVideoOn;
    this.footer.video(on);
    this.send(events.OWN_VIDEO, { bVideoOn: on });
  }

  fit() {
    this.element.classList.toggle("meeting-app--with-pane", !this.side.hidden);
    this.stage.render();
  }

  stopMedia() {
    this.audio.stop();
    this.stage.close();
  }

  close() {
    this.stopMedia();
    this.footer.close();
    this.notices.close();
    this.consent.close();
    this.element.remove();
  }
}
