import type { IncomingMessage, ServerResponse } from 'node:http';
import { returnedHeaders } from '#local/web-functions/endpoint/forwarded-headers.ts';
import { relayBody } from '#local/web-functions/environment/server-connection.ts';
import { identityHeaders, type ResponseIdentity } from '#local/web-functions/endpoint/refusal.ts';

/** How the relay of a response ended. */
export type RelayEnd =
  | 'complete'
  /** The application ended its connection in the middle. */
  | 'cut'
  /** The caller left. */
  | 'left'
  | 'late';

/**
 * Passes an application's response on as it is written, no faster than the caller reads. At the
 * timeout, the response simply ends: its caller sees no difference to a whole one.
 */
export function relayResponse(
  reply: IncomingMessage,
  response: ServerResponse,
  { identity, late }: { readonly identity: ResponseIdentity; readonly late: AbortSignal },
): Promise<RelayEnd> {
  const { statusCode = 200, statusMessage = '' } = reply;
  response.sendDate = false;
  response.writeHead(statusCode, statusMessage, [
    ...returnedHeaders(reply),
    ...identityHeaders(identity),
  ]);
  response.flushHeaders();
  const ended = Promise.withResolvers<RelayEnd>();
  reply.once('error', () => ended.resolve('cut'));
  reply.once('close', () => {
    if (!reply.complete) ended.resolve('cut');
  });
  response.once('finish', () => ended.resolve('complete'));
  response.once('close', () => ended.resolve('left'));
  response.once('error', () => ended.resolve('left'));
  late.addEventListener('abort', () => ended.resolve('late'), { once: true });
  relayBody(reply, response);
  return ended.promise.then((end) => {
    if (end === 'complete') return end;
    reply.removeAllListeners('data').destroy();
    // A response whose length was announced cannot end early.
    if (end === 'late' && response.chunkedEncoding) response.end();
    else response.destroy();
    return end;
  });
}
