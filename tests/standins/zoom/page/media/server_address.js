// Addresses of the media sockets: the host that the join result named, else the page's own.
export function socketAddress(config, path, query) {
  const host = config.rwg || config.svcUrl || location.host;
  const port = host.includes(":") || !location.port ? "" : `:${location.port}`;
  const scheme = location.protocol === "http:" ? "ws" : "wss";
  return `${scheme}://${host}${port}${path}?${new URLSearchParams(query)}`;
}
