// The audio elements of the WebRTC engines: taken from a pool, appended to the document element while they play.
export class AudioTags {
  constructor() {
    this.free = [];
    this.playing = new Map();
    this.created = 0;
  }

  play(key, stream) {
    const tag = this.playing.get(key) ?? this.take();
    this.playing.set(key, tag);
    tag.srcObject = stream;
    tag.autoplay = true;
    if (!tag.parentNode) document.documentElement.appendChild(tag);
    tag.play().catch(() => {});
  }

  drop(key) {
    const tag = this.playing.get(key);
    if (!tag) return;
    this.playing.delete(key);
    tag.pause();
    tag.srcObject = null;
    tag.remove();
    this.free.push(tag);
  }

  take() {
    if (this.free.length) return this.free.pop();
    const tag = document.createElement("audio");
    tag.id = `zoom-audio-tag-${this.created++}`;
    return tag;
  }

  close() {
    for (const key of [...this.playing.keys()]) this.drop(key);
  }
}
