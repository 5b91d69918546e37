import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type net from 'node:net';
import { readBody } from '#local/wire/read-body.ts';
import type { SignedRequest } from '#local/wire/signed-request.ts';

/** A request to an AWS service, whole, whichever HTTP it came in. */
export type AwsRequest = SignedRequest;

/** The answer to it. */
export interface AwsResponse {
  readonly requestId: string;
  /** Aborted when the reader leaves before the end. */
  readonly gone: AbortSignal;
  start(status: number, headers: Readonly<Record<string, string>>): void;
  /** Writes a piece. Resolves when there is room for more, or the reader has left. */
  write(chunk: Uint8Array): Promise<void>;
  end(chunk?: Uint8Array | string): void;
  /** Ends the connection before the answer ends, once what was written is sent. */
  cut(how: ConnectionCut): void;
}

/** The ways in which a connection is lost; a stream can be reset in HTTP/2 only. */
export type ConnectionCut =
  | { readonly type: 'rst' | 'fin' | 'goaway' }
  | { readonly type: 'rst-stream'; readonly code: number };

/** What answers for one AWS service. */
export type Engine = (request: AwsRequest, response: AwsResponse) => Promise<void>;

/** Reads a request whole; nothing when it is too large. */
export async function readRequest(
  request: IncomingMessage | Http2ServerRequest,
  maxBytes: number,
): Promise<AwsRequest | undefined> {
  const body = await readBody(request, maxBytes);
  if (body === 'too-large') return undefined;
  const { method = 'GET', url = '/', headers } = request;
  return { method, url, headers, body };
}

/** The answer over a connection, which under TLS is the one below it. */
export function toAwsResponse(
  response: ServerResponse | Http2ServerResponse,
  requestId: string,
  connection: net.Socket | undefined,
): AwsResponse {
  const left = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) left.abort();
  });
  // A reader that resets its stream is gone, which `close` tells: it is no error of ours.
  response.on('error', () => left.abort());
  return {
    requestId,
    gone: left.signal,
    start(status, headers) {
      response.statusCode = status;
      response.setHeader('x-amzn-RequestId', requestId);
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      // Both kinds have it; the types of HTTP/2 do not say so.
      if ('flushHeaders' in response) response.flushHeaders();
    },
    async write(chunk) {
      if (left.signal.aborted || writeTo(response, chunk)) return;
      await once(response, 'drain', { signal: left.signal }).catch(() => undefined);
    },
    end(chunk) {
      if (chunk === undefined) response.end();
      else response.end(chunk);
    },
    cut(how) {
      // What was written goes out in this turn of the event loop.
      setImmediate(() => {
        if (how.type === 'rst') connection?.resetAndDestroy();
        else if ('stream' in response) cutStream(response, how);
        else if (how.type === 'rst-stream') connection?.resetAndDestroy();
        else connection?.end(() => connection.destroy());
      });
    },
  };
}

function cutStream({ stream }: Http2ServerResponse, how: ConnectionCut): void {
  if (how.type === 'rst-stream') stream.close(how.code);
  // The client closes the session when it reads this.
  else if (how.type === 'goaway') stream.session?.goaway(http2.constants.NGHTTP2_INTERNAL_ERROR);
  else stream.session?.destroy();
}

function writeTo(response: ServerResponse | Http2ServerResponse, chunk: Uint8Array): boolean {
  return 'stream' in response ? response.write(chunk) : response.write(chunk);
}
