// A socket that lives in a worker and behaves like a WebSocket in the page, under the name the client gives it.
class ZoomTPWebSocket extends EventTarget {
  constructor(url) {
    super();
    this.url = url;
    this.readyState = WebSocket.CONNECTING;
    this.id = crypto.randomUUID();
    this.worker = new Worker("/wc/assets/signalling/tp_worker.js", { name: "tp" });
    this.worker.onmessage = (event) => this.take(event.data);
    this.worker.postMessage({ type: "open", url, id: this.id });
  }

  take(report) {
    if (report.id !== this.id) return;
    if (report.type === "open") this.readyState = WebSocket.OPEN;
    if (report.type === "close") this.readyState = WebSocket.CLOSED;
    const event = report.type === "message" ? new MessageEvent("message", { data: report.data }) : new Event(report.type);
    this.dispatchEvent(event);
    this[`on${report.type}`]?.(event);
  }

  send(data) {
    this.worker.postMessage({ type: "send", data, id: this.id });
  }

  close() {
    this.readyState = WebSocket.CLOSING;
    this.worker.postMessage({ type: "close", id: this.id });
  }
}

window.ZoomTPModule = { ZoomTPWebSocket };
