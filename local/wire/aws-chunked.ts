/** A chunk of a body in the encoding `aws-chunked`. */
export interface SignedChunk {
  readonly data: Buffer;
  /** Hexadecimal; empty if the chunk is not signed. */
  readonly signature: string;
}

/**
 * Yields the chunks of a body. Each has a line `length;chunk-signature=…`, then its bytes. Stops
 * without an error at the first chunk that is malformed or cut off.
 */
export function* readChunks(body: Buffer): Generator<SignedChunk> {
  let at = 0;
  while (at < body.length) {
    const lineEnd = body.indexOf('\r\n', at);
    const line = lineEnd === -1 ? '' : body.toString('latin1', at, lineEnd);
    const [, size, signature = ''] =
      /^([0-9a-f]+)(?:;chunk-signature=([0-9a-f]{64}))?$/u.exec(line) ?? [];
    if (size === undefined) return;
    const start = lineEnd + 2;
    const end = start + Number.parseInt(size, 16);
    if (end > body.length) return;
    yield { data: body.subarray(start, end), signature };
    at = end + 2;
  }
}

/** Returns the content of a chunked body. */
export function decodeChunks(body: Buffer): Buffer {
  return Buffer.concat(Array.from(readChunks(body), ({ data }) => data));
}

/** Returns the headers after the last chunk, such as a checksum. Names are in lower case. */
export function readTrailers(body: Buffer): ReadonlyMap<string, string> {
  let at = 0;
  for (const { data } of readChunks(body)) {
    if (data.length === 0) break;
    at = data.byteOffset - body.byteOffset + data.length + 2;
  }
  const lines = body.toString('latin1', at).split('\r\n').slice(1);
  const pairs = lines.flatMap((line) => {
    const [, name, value] = /^([\w-]+):\s*(.*)$/u.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const];
  });
  return new Map(pairs);
}
