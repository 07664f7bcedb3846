// One person's frame: their video when it is on, else their name in large; the name at the foot in both cases.
import { icon, make } from "../markup.js";
import { iconPath } from "../icons.js";

const GOLDEN_ANGLE = 137.5;

export class Tile {
  constructor({ person, frameClass, attachVideo }) {
    Object.assign(this, { frameClass, attachVideo, id: person.id, detach: null });
    this.name = make("div", { class: "video-avatar__avatar-name" });
    this.foot = make("span", {});
    this.mute = make("i", { class: "video-avatar__avatar-footer--view-mute-computer" }, icon("SvgAudioMute", iconPath.microphoneOff));
    this.surface = make("div", { class: "video-avatar__surface" });
    this.avatar = make("div", { class: "video-avatar__avatar" }, this.name);
    this.element = make("div", { class: frameClass }, this.avatar, this.surface, make("div", { class: "video-avatar__avatar-footer" }, this.mute, this.foot));
    this.element.style.setProperty("--hue", String((210 + (person.id >> 10) * GOLDEN_ANGLE) % 360));
  }

  update(person, { active = false, mediaAllowed = true } = {}) {
    if (this.name.textContent !== person.name) {
      this.name.textContent = person.name;
      this.foot.textContent = person.name;
    }
    this.mute.hidden = !(person.muted || !person.audio);
    this.element.classList.toggle(`${this.frameClass}--active`, active);
    const showVideo = Boolean(person.bVideoOn) && mediaAllowed;
    this.avatar.hidden = showVideo;
    if (showVideo && !this.detach) this.detach = this.attachVideo(this.surface, person.id) ?? (() => {});
    if (!showVideo) this.stopVideo();
  }

  stopVideo() {
    this.detach?.();
    this.detach = null;
    this.surface.replaceChildren();
  }

  remove() {
    this.stopVideo();
    this.element.remove();
  }
}

// Tiles of a region, kept by person, in the order given.
export class Tiles {
  constructor({ region, frameClass, attachVideo }) {
    Object.assign(this, { region, frameClass, attachVideo });
    this.kept = new Map();
  }

  show(people, options) {
    const wanted = new Set(people.map((person) => person.id));
    for (const [id, tile] of this.kept) {
      if (wanted.has(id)) continue;
      tile.remove();
      this.kept.delete(id);
    }
    people.forEach((person, place) => {
      if (!this.kept.has(person.id)) this.kept.set(person.id, new Tile({ person, frameClass: this.frameClass, attachVideo: this.attachVideo }));
      const tile = this.kept.get(person.id);
      if (this.region.children[place] !== tile.element) this.region.insertBefore(tile.element, this.region.children[place] ?? null);
      tile.update(person, options(person));
    });
  }

  clear() {
    this.show([], () => ({}));
  }
}
