// The participants pane: a toggle that ignores the first click, and a list that holds only the rows in sight.
import { icon, initials, make } from "../markup.js";
import { iconPath } from "../icons.js";

const ROW_HEIGHT_PX = 40;
const ROWS_AROUND = 4;

export class ParticipantsPane {
  constructor({ roster, side, footer, resized }) {
    Object.assign(this, { roster, side, footer, resized, clicks: 0 });
    this.header = make("span", { class: "participants-header__title" });
    this.waitingList = make("div", { class: "participants-waiting-room", hidden: true });
    this.inner = make("div", { id: "participants-ul", class: "ReactVirtualized__Grid__innerScrollContainer participants-ul", role: "rowgroup" });
    this.scroller = make("div", { class: "ReactVirtualized__Grid ReactVirtualized__List participants-list", role: "grid", "aria-label": "participants list", tabindex: "0", onscroll: () => this.rows() }, this.inner);
    this.pane = make("div", { class: "participants-section-container", hidden: true },
      make("div", { class: "participants-header__header" }, this.header, make("button", { type: "button", class: "pane-close", "aria-label": "close participants panel", onclick: () => this.open(false) }, "×")),
      this.waitingList,
      this.scroller);
    side.append(this.pane);
  }

  pressed() {
    this.clicks += 1;
    if (this.clicks === 1) return;
    this.open(this.pane.hidden);
  }

  open(shown) {
    this.pane.hidden = !shown;
    this.side.hidden = [...this.side.children].every((pane) => pane.hidden);
    this.footer.participantsOpen = shown;
    this.footer.render();
    this.resized();
    this.render();
  }

  render() {
    if (this.pane.hidden) return;
    this.header.textContent = `Participants (${this.roster.present().length})`;
    const waiting = this.roster.waiting();
    this.waitingList.hidden = waiting.length === 0;
    this.waitingList.replaceChildren(...waiting.map((person, place) => make("div", { id: `waitingRoom-li-${place}`, class: "waiting-list__item" }, person.name)));
    this.rows();
  }

  // Oneself first, then hosts, then by name, as the client sorts.
  sorted() {
    const rank = (person) => (person.id === this.roster.selfId ? 0 : person.role === 1 ? 1 : person.bCoHost ? 2 : 3);
    return this.roster.present().sort((one, two) => rank(one) - rank(two) || one.name.localeCompare(two.name));
  }

  rows() {
    const people = this.sorted();
    this.inner.style.height = `${people.length * ROW_HEIGHT_PX}px`;
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / ROW_HEIGHT_PX) - ROWS_AROUND);
    const last = Math.min(people.length, Math.ceil((this.scroller.scrollTop + this.scroller.clientHeight) / ROW_HEIGHT_PX) + ROWS_AROUND);
    this.inner.replaceChildren(...people.slice(first, last).map((person, place) => this.row(person, first + place)));
  }

  row(person, place) {
    const roles = [person.role === 1 && "Host", person.bCoHost && "Co-host", person.id === this.roster.selfId && "me", person.bGuest && person.id !== this.roster.selfId && "Guest"].filter(Boolean);
    const label = roles.length ? `(${roles.join(", ")})` : "";
    const sound = person.audio ? `${person.audio} audio ${person.muted ? "muted" : "unmuted"}` : "no audio connected";
    const speaking = this.roster.talking.has(person.id) && !person.muted;
    const kind = person.audio === "phone" ? (speaking ? "phone-speaking-icon" : "phone-icon") : speaking ? "participants-icon__voip-speaking-icon" : "participants-icon__voip-icon";
    const row = make("div", {
      id: `participants-list-${place}`, class: "participants-li item-pos participants-li__custom", role: "row", tabindex: "-1",
      "aria-label": `${person.name} ${label},${sound},video ${person.bVideoOn ? "on" : "off"}`.replace(" ,", ","),
    },
      make("div", { class: "participants-item__item-layout" },
        make("div", { class: "participants-item__left-section" },
          make("div", { class: "participants-item__avatar" }, initials(person.name)),
          make("span", { class: "participants-item__display-name" }, person.name), make("span", { class: "participants-item__name-label" }, label)),
        make("div", { class: "participants-item__right-section" },
          person.audio ? make("span", { class: kind }, icon("SvgAudio", person.muted ? iconPath.microphoneOff : iconPath.microphone)) : null,
          make("span", { class: person.bVideoOn ? "participants-icon__participants-video--started" : "participants-icon__participants-video--stopped" }, icon("SvgVideo", person.bVideoOn ? iconPath.camera : iconPath.cameraOff)))));
    row.style.top = `${place * ROW_HEIGHT_PX}px`;
    return row;
  }

  talking() {
    if (!this.pane.hidden) this.rows();
  }
}
