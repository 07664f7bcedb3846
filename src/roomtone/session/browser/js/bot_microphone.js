// The bot's microphone: what getUserMedia({audio}) gives is a track of the bot's own voice, and silence between.
//
// The track is a MediaStreamTrackGenerator's, which is never handed out itself: each asking gets a clone, so that a page
// may stop what it was given as often as it likes. A worker writes the samples. As with any microphone silence flows
// while somebody holds a track of it (gaps would make jitter buffers of listeners grow by their length); while nobody
// does, nothing runs at all.

const botMicrophone = (() => {
  const LABEL = 'Roomtone virtual microphone (bot)';
  const DEVICE_ID = 'roomtone-virtual-microphone';
  const DEVICE_NAMES = new Set([DEVICE_ID, 'default', 'communications', '']);
  const HELD_EVERY_MS = 100;
  const SETTINGS = {
    deviceId: DEVICE_ID, groupId: DEVICE_ID, channelCount: 1, sampleRate: 48000, sampleSize: 16, latency: 0.02,
    echoCancellation: false, noiseSuppression: false, autoGainControl: false,
  };
  const CAPABILITIES = {
    deviceId: DEVICE_ID, groupId: DEVICE_ID, channelCount: { min: 1, max: 1 }, sampleRate: { min: 48000, max: 48000 },
    sampleSize: { min: 16, max: 16 }, latency: { min: 0.02, max: 0.02 },
    echoCancellation: [false], noiseSuppression: [false], autoGainControl: [false],
  };

  const given = new Set(); // tracks that are not stopped
  const constraintsOf = new WeakMap();
  const isOurs = (track) => provenance.get(track) === 'microphone';
  let generator = null;
  let worker = null;
  let timer = null;
  let told = '';

  // Tells the worker whether somebody holds a track, and whether one of them is open.
  function tell() {
    for (const track of given) if (track.readyState !== 'live') given.delete(track);
    const isHeld = given.size > 0;
    const isOpen = [...given].some((track) => track.enabled);
    if (told !== `${isHeld} ${isOpen}`) worker?.postMessage({ held: isHeld, open: isOpen });
    told = `${isHeld} ${isOpen}`;
  }

  // A page mutes a track without a word, so it is looked at, while the bot speaks.
  function speaking(isSpeaking) {
    clearInterval(timer);
    timer = isSpeaking ? setInterval(tell, HELD_EVERY_MS) : null;
    tell();
  }

  function begin() {
    generator = new native.MediaStreamTrackGenerator({ kind: 'audio' });
    worker = new native.Worker(workerUrl('voice_worker', { top: isTopFrame }));
    worker.onerror = () => reportFault('worker_failed', 'voice_worker');
    worker.onmessage = ({ data }) => {
      if (data.speaking !== undefined) speaking(data.speaking);
      if (data.failed !== undefined) reportFault('microphone_failed', data.failed);
    };
    const port = linkClient.openPort();
    const { writable } = generator;
    worker.postMessage({ port, writable }, [port, writable]);
  }

  function give(constraints) {
    if (generator === null) begin();
    const track = generator.clone();
    provenance.set(track, 'microphone');
    constraintsOf.set(track, constraints);
    given.add(track);
    tell();
    return track;
  }

  function namesOf(value) {
    if (value === undefined || value === null) return [];
    return typeof value === 'string' ? [value] : [...value];
  }

  // A device that is asked for by name and by no other is not there, unless it is ours.
  function refuse(constraints) {
    const exact = namesOf(constraints.deviceId?.exact);
    if (exact.length > 0 && !exact.some((name) => DEVICE_NAMES.has(name))) {
      throw new OverconstrainedError('deviceId', 'there is no such microphone');
    }
  }

  async function ask(target, self, args) {
    const [wanted] = args;
    if (!wanted?.audio || wanted.audio.mandatory?.chromeMediaSource) return Reflect.apply(target, self, args);
    const constraints = typeof wanted.audio === 'object' ? wanted.audio : {};
    refuse(constraints);
    const stream = wanted.video
      ? await Reflect.apply(target, self, [{ ...wanted, audio: false }])
      : new native.MediaStream();
    stream.addTrack(give(constraints));
    return stream;
  }

  const device = () => {
    const shown = { deviceId: DEVICE_ID, kind: 'audioinput', label: LABEL, groupId: DEVICE_ID };
    const fields = { ...shown, toJSON: () => ({ ...shown }), getCapabilities: () => ({ ...CAPABILITIES }) };
    const own = Object.entries(fields).map(([name, value]) => [name, { value, enumerable: name in shown }]);
    return Object.create((globalThis.InputDeviceInfo ?? globalThis.MediaDeviceInfo).prototype, Object.fromEntries(own));
  };

  function hookTracks() {
    const owner = globalThis.MediaStreamTrack.prototype;
    const answers = {
      getSettings: () => ({ ...SETTINGS }),
      getCapabilities: () => ({ ...CAPABILITIES }),
      getConstraints: (track) => ({ ...constraintsOf.get(track) }),
      async applyConstraints(track, constraints) {
        refuse(constraints ?? {});
        constraintsOf.set(track, constraints ?? {});
      },
    };
    for (const [name, answer] of Object.entries(answers)) {
      wrapMethod(owner, name, (target, self, args) =>
        isOurs(self) ? answer(self, ...args) : Reflect.apply(target, self, args));
    }
    const label = Object.getOwnPropertyDescriptor(owner, 'label');
    const get = new Proxy(label.get, {
      apply: (target, self, args) => (isOurs(self) ? LABEL : Reflect.apply(target, self, args)),
    });
    Object.defineProperty(owner, 'label', { ...label, get });
    wrapMethod(owner, 'stop', (target, self, args) => {
      const result = Reflect.apply(target, self, args);
      if (isOurs(self)) tell();
      return result;
    });
    const cloned = (copies) => {
      for (const copy of copies.filter(isOurs)) given.add(copy);
      tell();
    };
    for (const [prototype, tracksOf] of [
      [owner, (copy) => [copy]],
      [globalThis.MediaStream.prototype, (copy) => copy.getTracks()],
    ]) {
      wrapMethod(prototype, 'clone', (target, self, args) => {
        const copy = Reflect.apply(target, self, args);
        cloned(tracksOf(copy));
        return copy;
      });
    }
  }

  // To be called once local capture is hooked: this microphone is in front of whatever the browser has.
  function hook() {
    const devices = globalThis.MediaDevices?.prototype;
    if (devices === undefined || native.MediaStreamTrackGenerator === undefined) return;
    hookTracks();
    wrapMethod(devices, 'getUserMedia', ask);
    wrapMethod(devices, 'enumerateDevices', async (target, self, args) => {
      const others = await Reflect.apply(target, self, args);
      return [device(), ...others.filter(({ kind }) => kind !== 'audioinput')];
    });
    for (const name of ['getUserMedia', 'webkitGetUserMedia']) {
      wrapMethod(globalThis.Navigator?.prototype, name, (target, self, [wanted, done, failed]) => {
        self.mediaDevices.getUserMedia(wanted).then(done, failed);
      });
    }
  }

  return { hook };
})();
