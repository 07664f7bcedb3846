// The signalling socket as the client uses it: {evt, seq, body} both ways, in the page or in a worker.
import { KEEP_ALIVE } from "./events.js";

const KEEP_ALIVE_MS = 15000;

export class SignallingClient {
  constructor(open) {
    this.open = open;
    this.sequence = 0;
    this.handlers = new Set();
    this.socket = null;
    this.session = {};
  }

  // Ask the gateway's address, open the socket; rejects when either fails.
  async connect(config) {
    const answer = await fetch(`/wc/ping/${config.meetingNumber}?ts=${Date.now()}&dmz=1&option=0`);
    if (!answer.ok) throw new Error(`ping answered ${answer.status}`);
    const { rwg, rwcAuth } = await answer.json();
    this.rwg = rwg;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const query = new URLSearchParams({
      islch: "1", wccv: "21.6.26", mpwd: "", auth: rwcAuth, browser: "Chrome", useABAudio: "1", as_type: "2", clientOS: "win", jscv: "6.2.0",
    });
    this.socket = await this.open(`${scheme}://${rwg}/wc/api/${config.meetingNumber}?${query}`);
    this.socket.addEventListener("message", (event) => this.take(event.data));
    await new Promise((opened, failed) => {
      this.socket.addEventListener("open", opened);
      this.socket.addEventListener("close", failed);
      this.socket.addEventListener("error", failed);
    });
    this.beat = setInterval(() => this.send(KEEP_ALIVE), KEEP_ALIVE_MS);
  }

  // Handlers get {evt, seq, body} in the order of arrival; returns what removes the handler.
  listen(handler) {
    this.handlers.add(handler);
    return () => this.handlers.delete(handler);
  }

  onClose(handler) {
    this.socket.addEventListener("close", handler);
  }

  take(data) {
    const message = JSON.parse(data);
    for (const handler of [...this.handlers]) handler(message);
  }

  send(evt, body) {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.sequence += 1;
    this.socket.send(JSON.stringify(body === undefined ? { evt, seq: this.sequence } : { evt, seq: this.sequence, body }));
  }

  close() {
    clearInterval(this.beat);
    this.socket?.close();
  }
}

export async function openerFor(signalling) {
  if (signalling !== "worker") return (url) => new WebSocket(url);
  await import("./worker_socket.js");
  return (url) => new window.ZoomTPModule.ZoomTPWebSocket(url);
}
