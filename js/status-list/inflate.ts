import { RescindError } from "../errors.js";

/**
 * Inflates a zlib stream (RFC 1950) by the host's `DecompressionStream`, up to `maxBytes`: nothing has to be downloaded
 * for it, where an inflater inside the wasm would cost 6 KB compressed. The core compares the checksum afterwards.
 *
 * @throws `ERR_STATUS_LIST_TOO_LARGE` beyond the limit, `ERR_STATUS_LIST_MALFORMED` for what is no such stream
 */
export async function inflate(compressed: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  if (typeof DecompressionStream !== "function") throw unavailable();
  const { readable, writable } = new DecompressionStream("deflate");
  const fed = feed(writable.getWriter(), compressed);
  const reader = readable.getReader();
  try {
    const bytes = await gather(reader, maxBytes);
    await fed.done;
    return bytes;
  } catch (thrown) {
    reader.cancel(thrown).catch(ignore);
    throw thrown instanceof RescindError ? thrown : malformed(thrown);
  } finally {
    fed.stop();
  }
}

/** Feeds the stream a little at a time: some hosts inflate all that they are given before anybody reads. */
function feed(writer: WritableStreamDefaultWriter<BufferSource>, bytes: Uint8Array): Feeding {
  let stopped = false;
  const run = async () => {
    for (let at = 0; at < bytes.length && !stopped; at += PIECE_BYTES) {
      await writer.write(bytes.slice(at, at + PIECE_BYTES));
    }
    if (!stopped) await writer.close();
  };
  const done = run();
  // The reader meets the same failure; here it only must not count as unhandled.
  done.catch(ignore);
  return {
    done,
    stop: () => {
      stopped = true;
      writer.abort().catch(ignore);
    },
  };
}

async function gather(reader: ReadableStreamDefaultReader<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    length += piece.value.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    pieces.push(piece.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

interface Feeding {
  readonly done: Promise<void>;
  /** Feeds nothing more. */
  readonly stop: () => void;
}

function tooLarge(limit: number): RescindError {
  const message = `the status list is larger than the limit of ${limit}`;
  return new RescindError("ERR_STATUS_LIST_TOO_LARGE", message, { limit });
}

function malformed(cause: unknown): RescindError {
  const reason = "lst is not a zlib stream";
  return new RescindError("ERR_STATUS_LIST_MALFORMED", `not a status list: ${reason}`, { reason }, cause);
}

function unavailable(): RescindError {
  const message = "this runtime has no DecompressionStream: no status list can be read";
  return new RescindError("ERR_STATUS_INFLATE_UNAVAILABLE", message);
}

function ignore(): void {}

/** Deflate inflates at most 1,032-fold: no more than 4 MiB are ahead of the limit. */
const PIECE_BYTES = 4_096;
