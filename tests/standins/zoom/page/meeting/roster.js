// Who is in the meeting, from the roster messages.
import { decode } from "../base64.js";

const FLAGS = ["role", "audio", "muted", "bHold", "bVideoOn", "bShareOn", "bGuest", "bCoHost", "bBotUser", "zoomID"];

// The lists come as arrays, or as maps keyed by id.
function entries(list) {
  if (!list) return [];
  if (Array.isArray(list)) return list.map((entry) => (typeof entry === "object" ? entry : { id: entry }));
  return Object.entries(list).map(([id, entry]) => ({ id: Number(id), ...(typeof entry === "object" ? entry : {}) }));
}

export class Roster {
  constructor() {
    this.people = new Map();
    this.selfId = null;
    this.talking = new Set();
    this.activeId = null;
  }

  apply({ add, update, remove }) {
    for (const entry of [...entries(add), ...entries(update)]) {
      const known = this.people.get(entry.id) ?? { id: entry.id, name: "", role: 0, audio: "", muted: true };
      for (const flag of FLAGS) if (flag in entry) known[flag] = entry[flag];
      if ("dn2" in entry) known.name = decode(entry.dn2);
      this.people.set(entry.id, known);
    }
    for (const { id } of entries(remove)) {
      this.people.delete(id);
      this.talking.delete(id);
      if (this.activeId === id) this.activeId = null;
    }
  }

  clear() {
    this.people.clear();
    this.talking.clear();
    this.activeId = null;
  }

  present() {
    return [...this.people.values()].filter((person) => !person.bHold);
  }

  waiting() {
    return [...this.people.values()].filter((person) => person.bHold);
  }

  others() {
    return this.present().filter((person) => person.id !== this.selfId);
  }

  self() {
    return this.people.get(this.selfId);
  }

  // Whether a chat message is one's own: by the node it comes from, or by the sender's account.
  isSelf({ attendeeNodeID, sn }) {
    return attendeeNodeID === this.selfId || (Boolean(sn) && sn === this.self()?.zoomID);
  }

  sharer() {
    return this.others().find((person) => person.bShareOn) ?? null;
  }

  // Who fills the big tile: the active speaker, never oneself while somebody else is there.
  onStage() {
    const active = this.people.get(this.activeId);
    if (active && active.id !== this.selfId && !active.bHold) return active;
    return this.others().find((person) => person.role === 1) ?? this.others()[0] ?? this.self() ?? null;
  }
}
