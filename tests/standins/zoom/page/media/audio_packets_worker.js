// Takes the audio packets from their socket and hands them to the worklet, past the page's own thread.
onmessage = ({ data: { address, packets } }) => {
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") postMessage(JSON.parse(data));
    else packets.postMessage(data, [data]);
  };
  socket.onclose = () => postMessage({ ready: false });
};
