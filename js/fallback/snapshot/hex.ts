/** Bytes as lower-case hexadecimal digits: names of objects, and keys of maps. */
export function hex(bytes: Uint8Array): string {
  let digits = "";
  for (const byte of bytes) digits += byte.toString(16).padStart(2, "0");
  return digits;
}
