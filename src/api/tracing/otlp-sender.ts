import http from 'node:http';
import https from 'node:https';

/** Where traces are sent. */
export interface Collector {
  /** The URL that export requests are posted to. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends an export request. Throws if it is not accepted, or once the signal is aborted. */
export type SendTraces = (json: string, signal: AbortSignal) => Promise<void>;

/** Returns a sender whose connection stays open. It is opened when it is first needed. */
export function createOtlpSender({ url, headers }: Collector): SendTraces {
  const { Agent, request } = url.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true });
  const send = (json: string, signal: AbortSignal): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const options = {
        agent,
        signal,
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(json),
        },
      };
      const sent = request(url, options, (response) => {
        response.on('error', () => undefined).resume();
        resolve({ status: response.statusCode ?? 0 });
      });
      sent.on('error', (error) => {
        // The collector closed the connection while the environment was frozen.
        if (sent.reusedSocket && !signal.aborted) resolve('closed');
        else reject(error);
      });
      sent.end(json);
    });
  return async (json, signal) => {
    let outcome = await send(json, signal);
    if (outcome === 'closed') outcome = await send(json, signal);
    if (outcome === 'closed') throw new Error('The collector closes every connection');
    const { status } = outcome;
    if (status < 200 || status > 299) throw new Error(`The collector answered ${status}`);
  };
}

type Outcome = 'closed' | { readonly status: number };
