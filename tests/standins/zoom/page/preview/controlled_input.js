// A field whose truth is the form's state, as React's are: text set on the element without a real input event is not seen by the form,
// and the next render puts the state's text back.
const native = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");

export class ControlledInput {
  constructor(input, { initial = "", changed = () => {} } = {}) {
    this.input = input;
    this.state = initial;
    let tracked = initial;
    Object.defineProperty(input, "value", {
      configurable: true,
      get() { return native.get.call(input); },
      set(words) {
        tracked = String(words);
        native.set.call(input, tracked);
      },
    });
    input.value = initial;
    input.addEventListener("input", () => {
      if (input.value === tracked) return;
      tracked = input.value;
      this.state = tracked;
      changed(this.state);
    });
    input.addEventListener("blur", () => this.render());
  }

  render() {
    if (this.input.value !== this.state) this.input.value = this.state;
  }
}
