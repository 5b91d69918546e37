import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** The body of a request that was signed with another one. */
export class PayloadMismatchError extends Error {}

export interface UploadSettings {
  /** The SHA-256 of the body that the caller has signed, if it was signed. */
  readonly signedHash: string | undefined;
  /** Ends the upload. */
  readonly signal: AbortSignal;
  /** Returns whether the application has begun to answer. */
  isAnswered(): boolean;
}

/** What sockets take of a body whose reader has already answered. */
const bufferedBytes = 1024 * 1024;

/**
 * Sends a request's body to the application as it arrives. Requests are half duplex: if the
 * application answers before it has read a large body, the rest of the body is never sent, and the
 * request ends by its timeout. Throws `PayloadMismatchError` for another body than the signed one.
 */
export async function upload(
  request: IncomingMessage,
  target: ClientRequest,
  settings: UploadSettings,
): Promise<void> {
  const { signal } = settings;
  if (hasBody(request)) {
    await pipeline(readUpload(request, settings), target, { signal });
    return;
  }
  checkHash(createHash('sha256').digest('hex'), settings.signedHash);
  // Node would announce a body for methods that may have one.
  target.useChunkedEncodingByDefault = false;
  target.end();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

async function* readUpload(
  request: IncomingMessage,
  { signedHash, signal, isAnswered }: UploadSettings,
): AsyncGenerator<Buffer> {
  const hash = signedHash === undefined ? undefined : createHash('sha256');
  let bytes = 0;
  const chunks: AsyncIterable<Buffer> = request;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    hash?.update(chunk);
    if (bytes > bufferedBytes && isAnswered()) await once(signal, 'abort');
    yield chunk;
  }
  if (hash !== undefined) checkHash(hash.digest('hex'), signedHash);
}

function checkHash(actual: string, signed: string | undefined): void {
  if (signed === undefined || signed === unsigned || signed === actual) return;
  throw new PayloadMismatchError('The body is not the one that was signed');
}

/** A caller may leave the body out of what they sign. */
const unsigned = 'UNSIGNED-PAYLOAD';
