import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { acceptTls } from '#local/host/accept-tls.ts';
import { listen } from '#local/process/listen.ts';
import { isFromBrowser } from '#local/process/loopback.ts';
import type { Certificate } from '#local/process/tls.ts';
import { readBody } from '#local/wire/read-body.ts';

/** Where functions send the answers to requests for custom resources. */
export interface ResponseEndpoint {
  readonly port: number;
  /** Returns a URL for one answer, which nobody can guess, and the body that is put there. */
  expect(name: string): ExpectedAnswer;
}

export interface ExpectedAnswer {
  readonly url: string;
  readonly body: Promise<string>;
}

const maxBodyBytes = 1024 * 1024;

/**
 * Opens the port of ResponseURLs, which takes TLS like that of S3. It is on the loopback address,
 * whatever the host listens on.
 */
export async function openResponseEndpoint(
  certificate: Certificate,
  closing: AsyncDisposableStack,
): Promise<ResponseEndpoint> {
  const expected = new Map<string, (body: string) => void>();
  const server = http.createServer((request, response) => {
    void accept(request, expected)
      .then((status) => response.writeHead(status).end())
      .catch(() => response.destroy());
  });
  const front = acceptTls(server, certificate);
  const port = await listen(front, { port: 0, option: 'none' });
  closing.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => front.close(resolve));
  });
  return {
    port,
    expect(name) {
      const { promise, resolve } = Promise.withResolvers<string>();
      const signature = randomBytes(32).toString('hex');
      const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=7200&X-Amz-Signature=${signature}`;
      const path = `/${encodeURIComponent(name)}?${query}`;
      expected.set(path, resolve);
      return { url: `https://127.0.0.1:${port}${path}`, body: promise };
    },
  };
}

async function accept(
  request: http.IncomingMessage,
  expected: ReadonlyMap<string, (body: string) => void>,
): Promise<number> {
  const resolve = expected.get(request.url ?? '');
  if (request.method !== 'PUT' || resolve === undefined || isFromBrowser(request.headers)) {
    return 403;
  }
  const body = await readBody(request, maxBodyBytes);
  if (body === 'too-large') return 400;
  resolve(body.toString('utf8'));
  return 200;
}
