import net from 'node:net';

/** A response of the Runtime API. The names of its headers are in lower case. */
export interface RuntimeResponse {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RuntimeRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** JSON. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RuntimeConnection {
  /** Sends a request. Requests may be sent before earlier ones are answered (HTTP pipelining). */
  send(request: RuntimeRequest): Promise<RuntimeResponse>;
}

interface Waiter {
  resolve(response: RuntimeResponse): void;
  reject(error: unknown): void;
}

/**
 * Opens a connection to the Runtime API at `host:port`. It is HTTP/1.1 on a socket of its own: an
 * invocation waits for it twice, and Node's client takes several times as long. The host's responses
 * have a content length. While none is awaited, the connection does not keep the process alive.
 */
export function connectRuntime(address: string): RuntimeConnection {
  const { hostname, port } = new URL(`http://${address}`);
  const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
  const waiters: Waiter[] = [];
  const read = createResponseReader((response) => {
    waiters.shift()?.resolve(response);
    if (waiters.length === 0) socket.unref();
  });
  const fail = (error: unknown): void => {
    for (const waiter of waiters.splice(0)) waiter.reject(error);
  };
  socket.on('data', read);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('The Runtime API has closed the connection.')));
  return {
    send(request) {
      // What is sent in one tick goes into one packet.
      socket.cork();
      process.nextTick(() => socket.uncork());
      socket.ref();
      socket.write(toText(address, request));
      return new Promise((resolve, reject) => waiters.push({ resolve, reject }));
    },
  };
}

function toText(address: string, { method, path, body, headers = {} }: RuntimeRequest): string {
  const content =
    body === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`${method} ${path} HTTP/1.1`, `Host: ${address}`, ...content, ...lines];
  return `${head.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

const headEnd = '\r\n\r\n';

/** Returns a function that takes the bytes of responses, and calls `onResponse` with each. */
function createResponseReader(
  onResponse: (response: RuntimeResponse) => void,
): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let length = 0;
  let head: { readonly headers: ReadonlyMap<string, string>; readonly end: number } | undefined;
  return (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    while (length > 0 && length >= (head?.end ?? 0)) {
      const bytes =
        chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
      chunks = [bytes];
      const begin = bytes.indexOf(headEnd) + headEnd.length;
      if (begin < headEnd.length) return;
      const headers = readHeaders(bytes.toString('latin1', 0, begin));
      const end = begin + Number(headers.get('content-length') ?? 0);
      head = { headers, end };
      if (length < end) return;
      chunks = [bytes.subarray(end)];
      length -= end;
      head = undefined;
      onResponse({ headers, body: bytes.toString('utf8', begin, end) });
    }
  };
}

function readHeaders(head: string): ReadonlyMap<string, string> {
  const lines = head.split('\r\n').slice(1);
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}
