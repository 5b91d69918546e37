import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type net from 'node:net';
import { readBody } from '#local/wire/read-body.ts';
import type { SignedRequest } from '#local/wire/signed-request.ts';

/** A whole request to an AWS service, over HTTP/1.1 or HTTP/2. */
export type AwsRequest = SignedRequest;

/** The response to an AWS request, over HTTP/1.1 or HTTP/2. */
export interface AwsResponse {
  readonly requestId: string;
  /** Aborted when the client disconnects before the response has ended. */
  readonly gone: AbortSignal;
  /** Sends the status and the headers. */
  start(status: number, headers: Readonly<Record<string, string>>): void;
  /** Writes a chunk. Resolves when the client can take more, or has disconnected. */
  write(chunk: Uint8Array): Promise<void>;
  /** Ends the response, after a last chunk if there is one. */
  end(chunk?: Uint8Array | string): void;
  /** Breaks the connection before the response has ended, after sending what was written. */
  cut(how: ConnectionCut): void;
}

/** How a connection breaks. Only HTTP/2 can reset a single stream. */
export type ConnectionCut =
  | { readonly type: 'rst' | 'fin' | 'goaway' }
  | { readonly type: 'rst-stream'; readonly code: number };

/** Handles the requests to one AWS service. */
export type Engine = (request: AwsRequest, response: AwsResponse) => Promise<void>;

/** Reads a whole request. Returns undefined if its body is longer than `maxBytes`. */
export async function readRequest(
  request: IncomingMessage | Http2ServerRequest,
  maxBytes: number,
): Promise<AwsRequest | undefined> {
  const body = await readBody(request, maxBytes);
  if (body === 'too-large') return undefined;
  const { method = 'GET', url = '/', headers } = request;
  return { method, url, headers, body };
}

/** Wraps a Node response. `connection` is its TCP socket, also if the request came over TLS. */
export function toAwsResponse(
  response: ServerResponse | Http2ServerResponse,
  requestId: string,
  connection: net.Socket | undefined,
): AwsResponse {
  const disconnected = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) disconnected.abort();
  });
  // A client that resets its stream causes an error, but that is an ordinary disconnect.
  response.on('error', () => disconnected.abort());
  return {
    requestId,
    gone: disconnected.signal,
    /** Sends the status and the headers. */
    start(status, headers) {
      response.statusCode = status;
      response.setHeader('x-amzn-RequestId', requestId);
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      // Responses of HTTP/2 have it too, although their type does not declare it.
      if ('flushHeaders' in response) response.flushHeaders();
    },
    async write(chunk) {
      if (disconnected.signal.aborted || writeTo(response, chunk)) return;
      await once(response, 'drain', { signal: disconnected.signal }).catch(() => undefined);
    },
    end(chunk) {
      if (chunk === undefined) response.end();
      else response.end(chunk);
    },
    cut(how) {
      // Data that was written is sent in this turn of the event loop.
      setImmediate(() => {
        // A client that has already left has no connection to break.
        if (disconnected.signal.aborted) return;
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
  // The client closes the session when it receives this frame.
  else if (how.type === 'goaway') stream.session?.goaway(http2.constants.NGHTTP2_INTERNAL_ERROR);
  else stream.session?.destroy();
}

function writeTo(response: ServerResponse | Http2ServerResponse, chunk: Uint8Array): boolean {
  return 'stream' in response ? response.write(chunk) : response.write(chunk);
}
