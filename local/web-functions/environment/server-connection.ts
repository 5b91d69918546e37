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

/** A response on its way from a server to a caller. */
interface Relay {
  readonly reply: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * A connection that always reads into the same buffer. Node would allocate a new one for every read,
 * and a stream would leave them behind as garbage.
 */
class ServerConnection extends net.Socket {
  /** Whether what was read is written to a caller before more is read. Otherwise it is copied. */
  isRelaying = false;
  #relay: Relay | undefined;
  /** How many parts of the buffer are not written yet. */
  #unwritten = 0;
  /** The parts of the body in what was just read; undefined if nothing is being read. */
  #parts: Buffer[] | undefined;

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

  /** Writes the body of a response. */
  relay(relay: Relay): void {
    const { reply } = relay;
    reply.on('data', (part: Buffer) => {
      if (this.#parts === undefined) this.#write(relay, [part], reply.complete);
      else this.#parts.push(part);
    });
    this.#relay = relay;
    reply.once('close', () => {
      this.#relay = undefined;
      this.isRelaying = false;
    });
    // What has arrived so far is emitted before anything is read into the buffer.
    setImmediate(() => {
      this.isRelaying = this.#relay === relay && reply.readableFlowing === true;
    });
  }

  /** Returns whether more may be read at once. */
  #take(read: Buffer): boolean {
    this.#parts = [];
    // Node's HTTP client takes what its socket emits.
    this.emit('data', this.isRelaying ? read : Buffer.from(read));
    const parts = this.#parts;
    this.#parts = undefined;
    if (this.#relay !== undefined) this.#write(this.#relay, parts, this.#relay.reply.complete);
    return this.#unwritten === 0;
  }

  /**
   * Writes parts of the body. After the last ones, the connection takes the next request: it does
   * not wait for their caller, so they must not be in its buffer.
   */
  #write({ response }: Relay, parts: readonly Buffer[], areLast: boolean): void {
    for (const part of parts) {
      if (areLast) response.write(this.isRelaying ? Buffer.from(part) : part);
      else this.#writeAndWait(response, part);
    }
  }

  #writeAndWait(response: ServerResponse, part: Buffer): void {
    this.#unwritten += 1;
    response.write(part, () => {
      this.#unwritten -= 1;
      if (this.#unwritten === 0) super.resume();
    });
  }
}

/**
 * Writes the body of a response of a server to a caller. No more is read than the caller has taken,
 * and nothing but its end is copied.
 */
export function relayBody(reply: IncomingMessage, response: ServerResponse): void {
  const { socket } = reply;
  if (!(socket instanceof ServerConnection)) throw new Error('The connection is not of this agent');
  socket.relay({ reply, response });
  reply.once('end', () => response.end());
}
