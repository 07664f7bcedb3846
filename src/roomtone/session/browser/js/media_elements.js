// Media elements that play something else than a tapped remote track: files, media source extensions, generated tracks.

const mediaElements = (() => {
  const EVENTS = ['playing', 'pause', 'ended', 'emptied', 'volumechange'];
  const known = new WeakSet();
  const heldBy = new WeakMap(); // element -> Set of tracks tapped for it
  const playedBy = new WeakMap(); // element -> Set of tracks of WebAudio graphs it plays
  const captured = new WeakMap(); // element -> {source, stream}
  const complained = new WeakSet();

  const isAudible = (element) => !element.paused && !element.ended && !element.muted && element.volume > 0;

  function capture(element) {
    const before = captured.get(element);
    if (before !== undefined && before.source === element.currentSrc) return before.stream;
    const stream = element.captureStream();
    stream.addEventListener('addtrack', () => consider(element));
    captured.set(element, { source: element.currentSrc, stream });
    return stream;
  }

  function tracksOf(element) {
    if (!isAudible(element) || audioGraph.isInGraph(element)) return [];
    const stream = element.srcObject instanceof MediaStream ? element.srcObject : null;
    if (stream === null && element.currentSrc === '' && element.srcObject === null) return [];
    const tracks = (stream ?? capture(element)).getAudioTracks();
    return tracks.filter((track) => track.readyState === 'live' && !provenance.has(track));
  }

  // Taps what the element plays now and lets go of what it no longer plays.
  function consider(element) {
    if (registry.isOurs(element)) return;
    let tracks = [];
    try {
      tracks = tracksOf(element);
    } catch (error) {
      if (!complained.has(element)) reportFault('element_unheard', error.name);
      complained.add(element);
    }
    const plain = new Set(tracks.filter((track) => !audioGraph.isOfGraph(track)));
    const graphs = new Set(tracks.filter((track) => audioGraph.isOfGraph(track)));
    exchange(element, heldBy, plain, (track) => registry.open(track, element, { source: 'element' }),
      (track) => registry.release(track, element));
    exchange(element, playedBy, graphs, (track) => audioGraph.setPlayed(track, true),
      (track) => audioGraph.setPlayed(track, false));
  }

  function exchange(element, table, wanted, begin, end) {
    const before = table.get(element) ?? new Set();
    table.set(element, wanted);
    for (const track of before) if (!wanted.has(track)) end(track);
    for (const track of wanted) if (!before.has(track)) begin(track);
  }

  function watchRoot(root) {
    const listen = (event) => {
      if (event.target instanceof HTMLMediaElement) consider(event.target);
    };
    for (const name of EVENTS) root.addEventListener(name, listen, true);
  }

  // Elements outside the document send their events to nobody else.
  function watchElement(element) {
    if (known.has(element) || registry.isOurs(element)) return;
    known.add(element);
    for (const name of EVENTS) element.addEventListener(name, () => consider(element));
  }

  function hook() {
    if (typeof HTMLMediaElement === 'undefined') return;
    watchRoot(globalThis);
    wrapMethod(Element.prototype, 'attachShadow', (target, self, args) => {
      const root = Reflect.apply(target, self, args);
      watchRoot(root);
      return root;
    });
    wrapMethod(HTMLMediaElement.prototype, 'play', (target, self, args) => {
      watchElement(self);
      return Reflect.apply(target, self, args);
    });
    for (const name of ['srcObject', 'src', 'autoplay']) {
      const property = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, name);
      if (property?.set === undefined) continue;
      const set = new Proxy(property.set, {
        apply(target, self, args) {
          watchElement(self);
          return Reflect.apply(target, self, args);
        },
      });
      Object.defineProperty(HTMLMediaElement.prototype, name, { ...property, set });
    }
  }

  return { hook, consider };
})();
