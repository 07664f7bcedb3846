// The worker's half: one real socket for each id; frames go to the page as {type: "message", data, id}.
const sockets = new Map();

function open(url, id) {
  const socket = new WebSocket(url);
  sockets.set(id, socket);
  socket.onopen = () => postMessage({ type: "open", id });
  socket.onmessage = (event) => postMessage({ type: "message", data: event.data, id });
  socket.onerror = () => postMessage({ type: "error", id });
  socket.onclose = () => { sockets.delete(id); postMessage({ type: "close", id }); };
}

onmessage = ({ data: order }) => {
  if (order.type === "open") open(order.url, order.id);
  else if (order.type === "send") sockets.get(order.id)?.send(order.data);
  else if (order.type === "close") sockets.get(order.id)?.close();
};
