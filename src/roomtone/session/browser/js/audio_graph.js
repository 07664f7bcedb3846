// The WebAudio route: what reaches an AudioContext's destination also reaches a tap.
//
// Voices must not be heard twice, so sound that only repeats tapped tracks is left out. For each sink (the destination,
// and stream destinations that an element plays) the graph is walked upwards: a node fed by nothing tapped is `clean`, by
// tapped tracks alone `tainted`, by both `mixed`. The clean outputs nearest to the sink are tapped.

const audioGraph = (() => {
  const inputs = new WeakMap(); // AudioNode -> [{ref: WeakRef<AudioNode>, output, input}]
  const contexts = new WeakMap(); // AudioContext -> {sinks, tap, taps: [{ref: WeakRef<AudioNode>, output}]}
  const finished = new WeakSet(); // sources that have played once and never will again
  const nodeOfTrack = new WeakMap(); // MediaStreamTrack -> MediaStreamAudioDestinationNode
  const elementsInGraph = new WeakSet();
  let nativeConnect = null;
  let nativeDisconnect = null;

  const isLive = (context) => typeof AudioContext !== 'undefined' && context instanceof AudioContext;

  function graphOf(context) {
    let graph = contexts.get(context);
    if (graph === undefined) {
      graph = { sinks: new Set([context.destination]), tap: null, taps: [] };
      contexts.set(context, graph);
      context.addEventListener('statechange', () => {
        if (context.state === 'closed' && graph.tap !== null) registry.release(graph.tap.track, context);
      });
    }
    return graph;
  }

  function edgesInto(node) {
    const edges = (inputs.get(node) ?? []).filter((edge) => {
      const source = edge.ref.deref();
      return source !== undefined && !finished.has(source);
    });
    inputs.set(node, edges);
    return edges;
  }

  function purityOfTrack(track, memo) {
    if (provenance.has(track)) return 'tainted';
    const node = nodeOfTrack.get(track);
    return node === undefined ? 'clean' : purity(node, memo);
  }

  function purityOfStream(stream, memo) {
    return combine(stream.getAudioTracks().map((track) => purityOfTrack(track, memo)));
  }

  function combine(purities) {
    const told = new Set(purities.filter((one) => one !== 'silent'));
    if (told.size === 0) return 'silent';
    return told.size === 1 ? [...told][0] : 'mixed';
  }

  function purity(node, memo) {
    if (memo.has(node)) return memo.get(node);
    memo.set(node, 'silent'); // loops end here
    const result = ownPurity(node, memo);
    memo.set(node, result);
    return result;
  }

  function ownPurity(node, memo) {
    if (node instanceof MediaStreamAudioSourceNode) return purityOfStream(node.mediaStream, memo);
    if (node instanceof MediaElementAudioSourceNode) {
      const stream = node.mediaElement.srcObject;
      return stream instanceof MediaStream ? purityOfStream(stream, memo) : 'clean';
    }
    if (node.numberOfInputs === 0) return 'clean';
    const fed = combine(edgesInto(node).map((edge) => purity(edge.ref.deref(), memo)));
    const invents = node instanceof AudioWorkletNode || node instanceof ScriptProcessorNode;
    return fed === 'silent' && invents ? 'clean' : fed;
  }

  // The clean outputs nearest to `node`, into `found`: Map<AudioNode, Set<output>>.
  function collect(node, memo, found, seen = new Set()) {
    if (seen.has(node)) return;
    seen.add(node);
    for (const { ref, output } of edgesInto(node)) {
      const source = ref.deref();
      const kind = purity(source, memo);
      if (kind === 'clean') {
        if (!found.has(source)) found.set(source, new Set());
        found.get(source).add(output);
      } else if (kind === 'mixed') {
        collect(source, memo, found, seen);
      }
    }
  }

  function tapOf(context, graph) {
    if (graph.tap === null) {
      const node = Reflect.construct(native.MediaStreamAudioDestinationNode, [
        context, { channelCount: 1, channelCountMode: 'explicit', channelInterpretation: 'speakers' },
      ]);
      // A node that nothing is connected to delivers nothing; silence must go on as time.
      const silence = new ConstantSourceNode(context, { offset: 0 });
      nativeConnect.call(silence, node);
      silence.start();
      graph.tap = { node, silence, track: node.stream.getAudioTracks()[0] };
      registry.open(graph.tap.track, context, { source: 'webaudio' });
    }
    return graph.tap.node;
  }

  function refresh(context) {
    const graph = graphOf(context);
    const memo = new Map();
    const wanted = new Map();
    for (const sink of graph.sinks) collect(sink, memo, wanted);
    const kept = [];
    for (const tap of graph.taps) {
      const node = tap.ref.deref();
      if (node === undefined) continue;
      if (wanted.get(node)?.delete(tap.output)) kept.push(tap);
      else nativeDisconnect.call(node, graph.tap.node, tap.output);
    }
    for (const [node, outputs] of wanted) {
      for (const output of outputs) {
        nativeConnect.call(node, tapOf(context, graph), output);
        kept.push({ ref: new WeakRef(node), output });
      }
    }
    graph.taps = kept;
  }

  function safely(context) {
    try {
      refresh(context);
    } catch (error) {
      reportFault('webaudio_unheard', error.name);
    }
  }

  function connected(node, destination, output = 0, input = 0) {
    const edges = edgesInto(destination);
    if (edges.some((edge) => edge.ref.deref() === node && edge.output === output && edge.input === input)) return;
    edges.push({ ref: new WeakRef(node), output, input });
    if (node instanceof AudioScheduledSourceNode) node.addEventListener('ended', () => finished.add(node));
    safely(node.context);
  }

  // disconnect(), (output), (destination), (destination, output), (destination, output, input)
  function disconnected(node, [first, output, input]) {
    const graph = graphOf(node.context);
    const destination = first instanceof AudioNode ? first : null;
    const left = destination === null ? first : output;
    const leaves = (edge) =>
      edge.ref.deref() === node && (left === undefined || edge.output === left)
      && (input === undefined || edge.input === input);
    for (const target of destination === null ? targetsOf(node) : [destination]) {
      inputs.set(target, edgesInto(target).filter((edge) => !leaves(edge)));
    }
    if (destination === null) {
      // The browser has cut the way to our tap too.
      graph.taps = graph.taps.filter(
        (tap) => tap.ref.deref() !== node || (first !== undefined && tap.output !== first),
      );
    }
    safely(node.context);
  }

  const targets = new WeakMap(); // AudioNode -> Set of nodes it was ever connected to
  const targetsOf = (node) => targets.get(node) ?? new Set();

  function hook() {
    if (typeof AudioNode === 'undefined') return;
    nativeConnect = AudioNode.prototype.connect;
    nativeDisconnect = AudioNode.prototype.disconnect;
    wrapMethod(AudioNode.prototype, 'connect', (target, self, args) => {
      const result = Reflect.apply(target, self, args);
      const [destination, output, input] = args;
      if (destination instanceof AudioNode && isLive(self.context)) {
        targets.set(self, targetsOf(self).add(destination));
        connected(self, destination, output, input);
      }
      return result;
    });
    wrapMethod(AudioNode.prototype, 'disconnect', (target, self, args) => {
      const result = Reflect.apply(target, self, args);
      if (isLive(self.context) && !(args[0] instanceof AudioParam)) disconnected(self, args);
      return result;
    });
    hookCreation();
  }

  function hookCreation() {
    const rememberTrack = (node) => nodeOfTrack.set(node.stream.getAudioTracks()[0], node);
    const rememberElement = (node) => {
      elementsInGraph.add(node.mediaElement);
      mediaElements.consider(node.mediaElement);
    };
    native.MediaStreamAudioDestinationNode = globalThis.MediaStreamAudioDestinationNode;
    for (const [method, type, remember] of [
      ['createMediaStreamDestination', 'MediaStreamAudioDestinationNode', rememberTrack],
      ['createMediaElementSource', 'MediaElementAudioSourceNode', rememberElement],
    ]) {
      wrapMethod(AudioContext.prototype, method, (target, self, args) => {
        const node = Reflect.apply(target, self, args);
        remember(node);
        return node;
      });
      globalThis[type] = new Proxy(globalThis[type], {
        construct(target, args, newTarget) {
          const node = Reflect.construct(target, args, newTarget);
          remember(node);
          return node;
        },
      });
    }
  }

  function setPlayed(track, played) {
    const node = nodeOfTrack.get(track);
    const sinks = graphOf(node.context).sinks;
    if (sinks.has(node) === played) return;
    if (played) sinks.add(node);
    else sinks.delete(node);
    safely(node.context);
  }

  return { hook, isInGraph: (element) => elementsInGraph.has(element), isOfGraph: (track) => nodeOfTrack.has(track), setPlayed };
})();
