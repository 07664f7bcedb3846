// One stay after the form: joining, waiting room, meeting and end, as the signalling tells.
import { encode, decode } from "../base64.js";
import * as events from "../signalling/events.js";
import { goAway, joinRefused, meetingEnded } from "./ends.js";
import { MeetingView } from "./meeting_view.js";
import { Roster } from "./roster.js";
import { waitingRoom } from "./waiting_room.js";
import { make, text } from "../markup.js";
import { happened } from "../happenings.js";

const RECONNECTING = 5;
const HOST_ABSENT = 3;
const LEAVING_MS = 300;
const CONNECTING_MS = 800;

export class Stay {
  constructor({ config, root, signalling, name, devices, passcode, email }) {
    Object.assign(this, { config, root, signalling, name, devices, passcode, email, view: null, over: false, wasIn: false, rosterMessages: null });
    this.roster = new Roster();
    this.send = (evt, body) => signalling.send(evt, body);
    signalling.listen((message) => this.take(message));
    signalling.onClose(() => this.lost());
  }

  launch() {
    this.send(events.LAUNCH, {
      dn2: encode(this.name), mpwd: this.passcode, signType: "wc", sign: this.config.sign ?? "", zak: "", iak: "", cred: "",
      ...(this.email ? { email: this.email } : {}),
    });
  }

  take({ evt, body = {} }) {
    if (this.over) return;
    const act = {
      [events.KEEP_ALIVE]: () => { if (body.standin === "reload") location.reload(); },
      [events.JOIN_RESULT]: () => this.joined(body),
      [events.HOLD]: () => { if (body.bHold) this.hold(body); },
      [events.END]: () => this.end(body),
      [events.ROSTER]: () => this.people(body),
      [events.ACTIVE_SPEAKERS]: () => { this.roster.talking = new Set(Object.values(body)); this.view?.talking(); },
      [events.ACTIVE_VIDEO]: () => { this.roster.activeId = body.id; this.view?.render(); },
      [events.ATTRIBUTES]: () => this.attributes(body),
      [events.CHAT]: () => this.view?.chat.add({ sender: decode(body.senderName), words: decode(body.text), id: body.msgID, own: this.roster.isSelf(body) }),
      [events.TRANSCRIPTION_STATE]: () => this.view?.captions.state(body),
      [events.TRANSCRIPT_PART]: () => this.view?.captions.part(body),
      [events.ASK_UNMUTE]: () => this.view?.askedToUnmute(),
    }[evt];
    act?.();
  }

  joined(body) {
    if (body.res) {
      this.over = true;
      this.open();
      joinRefused(body.res, this.config, () => location.reload());
      return;
    }
    Object.assign(this.config, body);
    this.roster.clear();
    this.roster.selfId = body.userID;
    if (body.meetingTopic) this.config.topic = decode(body.meetingTopic);
    this.connecting();
    this.view.useMedia();
  }

  // The meeting's app with its footer is in the DOM before anybody is in it.
  open() {
    this.view?.close();
    this.view = new MeetingView({ config: this.config, root: this.root, roster: this.roster, signalling: this.signalling, devices: this.devices, leave: () => this.leave() });
  }

  connecting() {
    this.held = null;
    this.rosterMessages = [];
    clearTimeout(this.ripening);
    this.ripening = setTimeout(() => this.connected(), CONNECTING_MS);
    this.open();
    this.view.cover(make("div", { class: "connecting-layer", role: "status" },
      make("div", { class: "loading-layer__spinner" }), make("div", { class: "connecting-layer__title" }, text("connecting")), make("div", {}, text("connecting_moments"))));
  }

  // "Connecting" takes a moment even when the roster is quick; nobody is counted before it is over.
  connected() {
    const early = this.rosterMessages;
    this.rosterMessages = null;
    if (!this.over) for (const body of early) this.people(body);
  }

  people(body) {
    if (this.rosterMessages) {
      this.rosterMessages.push(body);
      return;
    }
    this.roster.apply(body);
    if (!this.view) return;
    if (this.roster.self() && !this.roster.self().bHold) this.enter();
    this.view.peopleChanged();
  }

  enter() {
    if (!this.view.covered()) return;
    this.view.uncover();
    this.wasIn = true;
    happened("meeting_shown");
    document.title = this.config.topic;
    this.send(events.SEE_MYSELF, { bOn: true });
    this.view.entered();
    this.view.attributes(this.meetingAttributes ?? {});
  }

  attributes(body) {
    this.meetingAttributes = { ...this.meetingAttributes, ...body };
    if (this.held && "confStatus" in body) this.hold(this.held);
    if (this.view && !this.view.covered()) this.view.attributes(this.meetingAttributes);
  }

  hold(body) {
    clearTimeout(this.ripening);
    this.rosterMessages = null;
    this.view?.close();
    this.view = null;
    this.held = body;
    const absent = this.meetingAttributes?.confStatus === HOST_ABSENT;
    const kind = body.tip ?? (this.wasIn && !body.bInitial ? "hold" : !absent ? "knock" : this.config.isWebinar ? "webinar" : "host");
    const room = waitingRoom({ config: this.config, kind, leave: () => this.leave() });
    this.showRoom(room);
    happened("lobby_shown", room.querySelector(".wr-tip, .wr-default__title").textContent);
  }

  // A build of the client has the call's toolbar behind its waiting room, with nobody counted.
  showRoom(room) {
    if (this.config.variant.lobby === "footer-in-lobby") {
      this.roster.clear();
      this.open();
      room.style.cssText = "position: absolute; inset: 0; z-index: 40";
      this.view.cover(room);
    } else {
      this.root.replaceChildren(make("div", { id: "meeting-app", class: "meeting-app" }, room));
    }
  }

  end({ reason, subReason }) {
    if (reason === RECONNECTING) {
      this.roster.clear();
      this.connecting();
      this.send(events.REJOIN, {});
      return;
    }
    this.over = true;
    this.view?.stopMedia();
    meetingEnded(reason, this.config, () => location.reload());
  }

  async leave() {
    this.over = true;
    this.send(events.LEAVE, {});
    this.view?.stopMedia();
    await new Promise((sent) => { setTimeout(sent, LEAVING_MS); });
    this.signalling.close();
    goAway(this.config);
  }

  lost() {
    if (this.over) return;
    this.over = true;
    this.view?.stopMedia();
    meetingEnded(3, this.config, () => location.reload());
  }
}
