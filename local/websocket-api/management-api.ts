import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  maxMessageBytes,
  type Connection,
  type Connections,
} from '#local/websocket-api/connections.ts';
import { isId } from '#local/websocket-api/websocket-events.ts';
import { AwsError } from '#local/wire/aws-error.ts';
import { readBody } from '#local/wire/read-body.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';

/** API Gateway's limit for the payload of a request. */
const maxRequestBytes = 10 * 1024 * 1024;

interface ManagementSettings {
  readonly credentials: Credentials;
  readonly region: string;
}

/**
 * Answers a request that is no upgrade: a call of the management API, `/{stage}/@connections/{id}`,
 * and everything else with a refusal.
 */
export async function answerManagement(
  connections: Connections,
  settings: ManagementSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const connection = await findConnection(connections, settings, request);
    const { status, body } = act(connection, request.method ?? 'GET', connection.posted);
    response.writeHead(status, body === undefined ? {} : { 'content-type': 'application/json' });
    response.end(body);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    response.writeHead(error.status, {
      'content-type': 'application/json',
      'x-amzn-errortype': error.code,
    });
    // A connection that is gone has no message.
    response.end(error.message === '' ? '' : JSON.stringify({ message: error.message }));
  }
}

/** Checks a call and returns its connection, with the body of the call. */
async function findConnection(
  connections: Connections,
  { credentials, region }: ManagementSettings,
  request: IncomingMessage,
): Promise<Connection & { readonly posted: Buffer }> {
  const { method = 'GET', url = '/', headers } = request;
  const posted = await readBody(request, maxRequestBytes);
  if (posted === 'too-large') throw payloadTooLarge();
  const signed = { method, url, headers, body: posted };
  const scope = { region, service: 'execute-api' };
  const verdict = verifySigV4(signed, [credentials], Date.now(), scope);
  if (verdict.type === 'refused') {
    throw new AwsError(verdict.code, verdict.message, { status: 403 });
  }
  const [, stage, id] = /^\/([^/]+)\/(?:@|%40)connections\/([^/?]+)(?:\?|$)/iu.exec(url) ?? [];
  if (stage === undefined || id === undefined) {
    throw new AwsError('ForbiddenException', 'Forbidden', { status: 403 });
  }
  const connectionId = decode(id);
  if (!isId(connectionId)) {
    throw new AwsError('BadRequestException', `Invalid connectionId: ${connectionId}`);
  }
  const connection = connections.find(decode(stage), connectionId);
  if (connection === undefined) throw new AwsError('GoneException', '', { status: 410 });
  return { ...connection, posted };
}

function act(
  connection: Connection,
  method: string,
  posted: Buffer,
): { readonly status: number; readonly body?: string } {
  switch (method) {
    case 'POST':
      if (posted.length > maxMessageBytes) throw payloadTooLarge();
      connection.send(posted);
      return { status: 200 };
    case 'GET':
      return { status: 200, body: JSON.stringify(describe(connection)) };
    case 'DELETE':
      connection.close(1000);
      return { status: 204 };
    default:
      throw new AwsError('ForbiddenException', 'Forbidden', { status: 403 });
  }
}

function describe({ facts, lastActiveAt }: Connection): object {
  return {
    connectedAt: new Date(facts.connectedAt).toISOString(),
    identity: facts.identity,
    lastActiveAt: new Date(lastActiveAt()).toISOString(),
  };
}

function payloadTooLarge(): AwsError {
  return new AwsError('PayloadTooLargeException', 'Message too long', { status: 413 });
}

/** Returns a malformed text as it is. It is no id. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
