// The page of a practice meeting: which view is shown, and what the socket's messages mean.
import { Chat } from "./chat.js";
import { Devices } from "./devices.js";
import { Mesh } from "./mesh.js";
import { Painter } from "./painter.js";
import { Tiles } from "./tiles.js";
import { makeTrouble } from "./trouble.js";

const ENDINGS = {
  ended: "The meeting has ended",
  removed: "You were removed from the meeting",
  denied: "You were not let in",
  left: "You left the meeting",
  lost: "The connection was lost",
};
const NOTICE_MS = 5000;
const VIEWS = ["join-form", "lobby", "call", "ended"];
const variant = document.documentElement.dataset.variant;
const element = (id) => document.getElementById(id);

let socket = null;
let call = null;

function show(view) {
  for (const id of VIEWS) element(id).hidden = id !== view;
}

function finish(reason) {
  const ended = element("ended");
  if (!ended.hidden) return;
  call?.close();
  call = null;
  ended.dataset.reason = reason;
  element("ended-text").textContent = ENDINGS[reason];
  show("ended");
  element("again").focus();
  socket?.close();
}

function notice(text) {
  const line = element("notice");
  line.textContent = text;
  line.hidden = false;
  setTimeout(() => { line.hidden = true; }, NOTICE_MS);
}

function join(name) {
  const place = new URL(`${location.pathname.replace(/\/$/, "")}/socket`, location.href);
  place.protocol = place.protocol.replace("http", "ws");
  socket = new WebSocket(place);
  socket.binaryType = "arraybuffer";
  const send = (message) => { if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); };
  socket.addEventListener("open", () => send({ type: "join", name }));
  socket.addEventListener("close", () => finish("lost"));
  socket.addEventListener("message", (event) => {
    if (event.data instanceof ArrayBuffer) return call?.painter.take(event.data);
    return take(JSON.parse(event.data), name, send);
  });
  element("leave").onclick = element("lobby-leave").onclick = () => { send({ type: "leave" }); finish("left"); };
}

function take(message, name, send) {
  switch (message.type) {
    case "waiting": return show("lobby");
    case "denied": return finish("denied");
    case "ended": return finish(message.how);
    case "admitted": return enter(message, name, send);
    case "participant_joined": call.tiles.add(message.participant); return call.mesh?.call(message.participant.id);
    case "participant_changed": return call.tiles.change(message.participant);
    case "participant_left": call.mesh?.hangUp(message.id); return call.tiles.remove(message.id);
    case "active_speakers": return call.tiles.speaking(message.ids);
    case "chat": return call.chat.add(message);
    case "signal": return call.mesh?.take(message);
    case "bot_muted_by_host":
      call.devices.setMicrophone(false);
      return notice("The host muted you");
    case "reload": return location.reload();
    default: return undefined;
  }
}

function enter(message, name, send) {
  element("title").textContent = message.title;
  show("call");
  const tiles = new Tiles({ tiles: element("tiles"), stage: element("stage"), call: element("call"), count: element("participant-count") });
  const devices = new Devices({ send, notice, element, changed: (state) => tiles.change({ ...me, ...state }) });
  const me = { id: message.id, name: `${name} (you)`, own: true, ...devices.state() };
  const mesh = variant === "painted" ? null : new Mesh({ send, devices, received: (id, stream) => tiles.attach(id, stream) });
  const painter = new Painter(tiles);
  const chat = new Chat({ element, send, notice });
  call = {
    tiles, devices, mesh, chat, painter,
    close() { mesh?.close(); devices.close(); tiles.close(); painter.close(); chat.close(); },
  };
  tiles.add(me);
  tiles.attach(message.id, devices.main);
  for (const participant of message.participants) tiles.add(participant);
  devices.announce();
  makeTrouble(variant);
}

const nameField = element("name");
nameField.addEventListener("input", () => { element("join").disabled = !nameField.value.trim(); });
element("join").disabled = !nameField.value.trim();
element("join-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!nameField.value.trim() || socket) return;
  element("join").disabled = true;
  join(nameField.value.trim());
});
element("again").addEventListener("click", () => location.reload());
if (variant === "never_answers") makeTrouble(variant);
