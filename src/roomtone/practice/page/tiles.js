// Who is there: a tile for each participant, and the stage for the screen that is shared.
const GOLDEN_ANGLE = 137.5;

function initials(name) {
  const words = name.replace(/\(you\)$/, "").trim().split(/\s+/);
  const first = (word) => [...word][0] ?? "";
  return (words.length > 1 ? first(words[0]) + first(words[words.length - 1]) : first(words[0])).toUpperCase();
}

function make(tag, className, parent) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  parent.append(made);
  return made;
}

// Pictures and sound have an element each: a video element with a camera that sends nothing would not play the voice.
function video(parent) {
  const made = make("video", "", parent);
  made.autoplay = true;
  made.playsInline = true;
  made.muted = true;
  return made;
}

function audio(parent) {
  const made = make("audio", "", parent);
  made.autoplay = true;
  return made;
}

export class Tiles {
  constructor({ tiles, stage, call, count }) {
    Object.assign(this, { container: tiles, stage, call, count });
    this.people = new Map();
    this.streams = new Map();
    this.staged = null;
    this.seen = 0;
  }

  add(participant) {
    if (this.people.has(participant.id)) return this.change(participant);
    const tile = make("div", "tile", this.container);
    tile.dataset.participantId = participant.id;
    if (participant.own) tile.dataset.self = "true";
    tile.setAttribute("role", "listitem");
    tile.style.setProperty("--hue", String((215 + this.seen++ * GOLDEN_ANGLE) % 360));
    const person = {
      tile,
      badge: make("div", "initials", tile),
      video: video(tile),
      audio: participant.own ? null : audio(tile),
      name: make("div", "tile-name", tile),
    };
    person.badge.setAttribute("aria-hidden", "true");
    this.people.set(participant.id, person);
    this.change(participant);
    return this.arrange();
  }

  change(participant) {
    const person = this.people.get(participant.id);
    if (!person) return;
    person.state = participant;
    person.name.textContent = participant.name;
    person.badge.textContent = initials(participant.name);
    person.tile.dataset.camera = String(participant.camera);
    person.tile.dataset.microphone = String(participant.microphone);
    person.tile.dataset.speaking ??= "false";
    this.connect(participant.id);
    this.restage();
  }

  remove(id) {
    const person = this.people.get(id);
    if (!person) return;
    person.video.srcObject = null;
    if (person.audio) person.audio.srcObject = null;
    person.tile.remove();
    this.people.delete(id);
    for (const key of this.streams.keys()) if (key.startsWith(`${id} `)) this.streams.delete(key);
    this.restage();
    this.arrange();
  }

  // A stream has arrived for a participant; which of theirs it is, their state tells.
  attach(id, stream) {
    this.streams.set(`${id} ${stream.id}`, stream);
    this.connect(id);
    this.restage();
  }

  connect(id) {
    const person = this.people.get(id);
    const stream = person?.state && this.streams.get(`${id} ${person.state.streams?.main}`);
    if (!stream || person.video.srcObject === stream) return;
    person.video.srcObject = stream;
    if (person.audio) person.audio.srcObject = stream;
  }

  speaking(ids) {
    const set = new Set(ids);
    for (const [id, person] of this.people) person.tile.dataset.speaking = String(set.has(id));
  }

  canvas(id, kind) {
    const person = this.people.get(id);
    if (!person) return null;
    if (kind === "share") {
      if (this.staged?.id !== id) return null;
      return (this.staged.canvas ??= this.stage.insertBefore(document.createElement("canvas"), this.stage.lastChild));
    }
    return (person.canvas ??= person.tile.insertBefore(document.createElement("canvas"), person.name));
  }

  restage() {
    const sharing = [...this.people.values()].map((person) => person.state).find((state) => state.sharing);
    if (sharing?.id !== this.staged?.id) {
      this.stage.replaceChildren();
      this.stage.hidden = !sharing;
      this.call.classList.toggle("staged", Boolean(sharing));
      this.staged = sharing ? { id: sharing.id, video: video(this.stage) } : null;
      if (sharing) make("div", "stage-name", this.stage).textContent = `${sharing.name} is sharing`;
      this.arrange();
    }
    if (!this.staged) return;
    const stream = this.streams.get(`${sharing.id} ${sharing.streams?.share}`);
    if (stream && this.staged.video.srcObject !== stream) this.staged.video.srcObject = stream;
  }

  arrange() {
    this.count.textContent = String(this.people.size);
    this.container.style.setProperty("--columns", String(Math.ceil(Math.sqrt(this.people.size))));
  }

  close() {
    for (const id of [...this.people.keys()]) this.remove(id);
  }
}
