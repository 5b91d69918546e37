/** A chunk of a body in the encoding `aws-chunked`, with the signature that came with it. */
export interface SignedChunk {
  readonly data: Buffer;
  readonly signature: string;
}

/**
 * Reads a body of chunks, `length;chunk-signature=…` and then the bytes; it ends without a word
 * where the body is not of that form.
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

/** The bytes that a chunked body stands for. */
export function withoutChunks(body: Buffer): Buffer {
  return Buffer.concat(Array.from(readChunks(body), ({ data }) => data));
}

/** The headers behind the last chunk, such as a checksum; names in lower case. */
export function trailersOf(body: Buffer): ReadonlyMap<string, string> {
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
