import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net from 'node:net';

/** How much is read from a server at once, and held for each of its responses. */
const bufferBytes = 32 * 1024;

/** How long a connection is kept for a next request: less than the five seconds of Node's servers. */
const keepAliveMs = 1_000;

/** Returns an agent for the requests to a server. */
export function createServerAgent(): http.Agent {
  const agent = new http.Agent({ keepAlive: true, timeout: keepAliveMs });
  return Object.assign(agent, { createConnection });
}

function createConnection({ host, port }: { host: string; port: number }): net.Socket {
  return new ServerConnection().connect({ host, port });
}

/**
 * A connection that always reads into the same buffer. Node would allocate a new one for every read,
 * and a stream would leave them behind as garbage.
 */
class ServerConnection extends net.Socket {
  /** Whether what was read is written to a caller before more is read. Otherwise it is copied. */
  isRelaying = false;
  /** How many parts of the buffer are not written yet. */
  #unwritten = 0;

  constructor() {
    super({
      onread: {
        buffer: Buffer.allocUnsafeSlow(bufferBytes),
        callback: (length, bytes) => this.#take(Buffer.from(bytes.buffer, 0, length)),
      },
    });
    this.setNoDelay(true);
  }

  /** Node's HTTP client and this connection both end a pause. Nothing is read before the writes. */
  override resume(): this {
    return this.#unwritten === 0 ? super.resume() : this;
  }

  /** Writes a part of the buffer. */
  relay(response: ServerResponse, chunk: Buffer): void {
    this.#unwritten += 1;
    response.write(chunk, () => {
      this.#unwritten -= 1;
      if (this.#unwritten === 0) super.resume();
    });
  }

  /** Returns whether more may be read at once. */
  #take(read: Buffer): boolean {
    // Node's HTTP client takes what its socket emits.
    this.emit('data', this.isRelaying ? read : Buffer.from(read));
    return this.#unwritten === 0;
  }
}

/**
 * Writes the body of a response of a server to a caller. No more is read than the caller has taken,
 * and nothing is copied.
 */
export function relayBody(reply: IncomingMessage, response: ServerResponse): void {
  const { socket } = reply;
  if (!(socket instanceof ServerConnection)) throw new Error('The connection is not of this agent');
  reply.on('data', (chunk: Buffer) => socket.relay(response, chunk));
  reply.once('end', () => response.end());
  reply.once('close', () => {
    socket.isRelaying = false;
  });
  // What has arrived so far is emitted before anything is read into the buffer.
  setImmediate(() => {
    socket.isRelaying = reply.readableFlowing === true && !reply.closed;
  });
}
