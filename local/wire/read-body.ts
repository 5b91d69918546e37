import type { IncomingMessage } from 'node:http';

/** Returns the body of a request, or `too-large` as soon as it exceeds `maxBytes`. */
export async function readBody(
  request: Pick<IncomingMessage, 'headers'> & AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<Buffer | 'too-large'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'too-large';
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > maxBytes) return 'too-large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Returns whether the percent-encoding of a URL is valid. */
export function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}
