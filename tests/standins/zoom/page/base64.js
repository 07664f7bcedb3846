// Names and chat travel as base64 of UTF-8; padding may be missing.
export function encode(words) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(words)));
}

export function decode(coded) {
  if (!coded) return "";
  const bytes = Uint8Array.from(atob(coded.replace(/-/g, "+").replace(/_/g, "/").replace(/=+$/, "")), (letter) => letter.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
