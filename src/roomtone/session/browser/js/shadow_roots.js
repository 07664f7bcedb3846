// Notes every shadow root when it is made: a closed one is shown to people and can be looked into in no other way.
(() => {
  const noted = new Set(); // WeakRef of ShadowRoot
  const native = Element.prototype.attachShadow;
  Element.prototype.attachShadow = new Proxy(native, {
    apply(target, self, args) {
      const root = Reflect.apply(target, self, args);
      noted.add(new WeakRef(root));
      return root;
    },
  });
  Object.defineProperty(globalThis, "__roomtoneShadowRoots", { value: noted, enumerable: false });
})();
