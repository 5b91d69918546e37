import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { corsHeaders, isPreflight, preflightHeaders } from '#local/function-url/cors.ts';
import { toUrlEvent } from '#local/function-url/event.ts';
import { toBufferedResponse } from '#local/lambda/invoke/buffered-response.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { maxRequestBytes } from '#local/lambda/limits.ts';
import type { Shaping } from '#local/lambda/invoke/response-shaping.ts';
import type { InvocationResult } from '#local/lambda/environment/runtime-api.ts';
import {
  collectBody,
  openStreamedResponse,
  relayBody,
  writeHead,
  type ResponseHead,
} from '#local/lambda/invoke/streamed-response.ts';
import { isDecodable, readBody } from '#local/wire/read-body.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';
import { shortId } from '#local/template/identity.ts';
import type { UrlDefinition } from '#local/function-url/read-urls.ts';

/** A Function URL and what is behind it. */
export interface UrlSettings {
  readonly definition: UrlDefinition;
  readonly host: FunctionHost;
  readonly credentials: Credentials;
  /** How fast a streamed answer may be. */
  readonly shaping: Shaping;
}

/** Answers the requests to a Function URL. */
export function urlHandler(url: UrlSettings): RequestListener {
  return (request, response) => {
    answer(url, request, response).catch((error: unknown) => {
      console.error(`${url.definition.key}  ! ${String(error)}`);
      failed(response);
    });
  };
}

async function answer(
  url: UrlSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { cors, authType, key } = url.definition;
  const { origin } = request.headers;
  const requestId = randomUUID();
  response.setHeader('x-amzn-requestid', requestId);
  if (cors !== undefined && isPreflight(request)) {
    response.writeHead(200, preflightHeaders(cors, origin)).end();
    return;
  }
  const extra = cors === undefined ? {} : corsHeaders(cors, origin);
  const body = await readBody(request, maxRequestBytes);
  if (body === 'too-large') {
    const message = `Request must be smaller than ${maxRequestBytes} bytes for the InvokeFunction operation`;
    refuse(response, { status: 413, type: 'RequestTooLargeException', body: { Message: message } });
    return;
  }
  const { method = 'GET', url: target = '/', headers } = request;
  if (!URL.canParse(target, 'http://local') || !isDecodable(target)) {
    refuse(response, {
      status: 400,
      type: 'BadRequestException',
      body: { message: 'Bad Request' },
    });
    return;
  }
  const verdict = verifySigV4(
    { method, url: target, headers, body },
    [url.credentials],
    Date.now(),
  );
  const isSigned = verdict.type === 'valid' && verdict.service === 'lambda';
  if (authType === 'AWS_IAM' && !isSigned) return forbid(response, verdict);
  const accessKeyId = authType === 'AWS_IAM' && isSigned ? verdict.accessKeyId : undefined;
  const urlId = `${shortId(key)}local`;
  const event = toUrlEvent({ request, body, requestId, urlId, accessKeyId, now: new Date() });
  const given = await url.host.invoke({ requestId, payload: Buffer.from(JSON.stringify(event)) });
  if (given === 'throttled') {
    refuse(response, { status: 429, type: 'TooManyRequestsException', body: throttledBody });
    return;
  }
  await respond(url, { answer: given, extra }, response);
}

const throttledBody = {
  Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  Type: 'User',
  message: 'Rate Exceeded.',
};

interface Outgoing {
  readonly answer: InvocationResult;
  /** Headers that the URL adds to those of the function. */
  readonly extra: Readonly<Record<string, string>>;
}

async function respond(
  { definition: { invokeMode }, shaping }: UrlSettings,
  { answer: given, extra }: Outgoing,
  response: ServerResponse,
): Promise<void> {
  if (given.type === 'error') return failed(response);
  if (given.type === 'buffered') {
    if (invokeMode === 'RESPONSE_STREAM') {
      writeHead(response, withExtra(jsonHead, extra));
      response.end(given.payload);
      return;
    }
    return respondBuffered(given.payload, extra, response);
  }
  if (invokeMode === 'BUFFERED') {
    const payload = await collectBody(given.body);
    return payload === undefined ? failed(response) : respondBuffered(payload, extra, response);
  }
  const opened = await openStreamedResponse(given, 'function-url').catch(() => undefined);
  if (opened === undefined) return failed(response);
  writeHead(response, withExtra(opened.head, extra));
  await relayBody(shaping(opened.body, 'lambda'), response);
}

function respondBuffered(
  payload: Buffer,
  extra: Readonly<Record<string, string>>,
  response: ServerResponse,
): void {
  try {
    const { head, body } = toBufferedResponse(payload);
    writeHead(response, withExtra(head, extra));
    response.end(body);
  } catch {
    failed(response);
  }
}

const jsonHead: ResponseHead = { status: 200, headers: { 'content-type': ['application/json'] } };

/** The URL's own headers stand beside the function's, duplicates and all. */
function withExtra(
  { status, headers }: ResponseHead,
  extra: Readonly<Record<string, string>>,
): ResponseHead {
  const added = Object.entries(extra).map(([name, value]) => {
    return [name, [...(headers[name] ?? []), value]] as const;
  });
  return { status, headers: { ...headers, ...Object.fromEntries(added) } };
}

function failed(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(502, { 'content-type': 'application/json' }).end('Internal Server Error');
}

function forbid(response: ServerResponse, verdict: ReturnType<typeof verifySigV4>): void {
  if (verdict.type === 'refused' && verdict.code === 'InvalidSignatureException') {
    refuse(response, { status: 403, type: verdict.code, body: { message: verdict.message } });
    return;
  }
  refuse(response, { status: 403, type: 'AccessDeniedException', body: { Message: forbidden } });
}

const forbidden =
  'Forbidden. For troubleshooting Function URL authorization issues, see: ' +
  'https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html';

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly body: Readonly<Record<string, string>>;
}

function refuse(response: ServerResponse, { status, type, body }: Refusal): void {
  const headers = { 'content-type': 'application/json', 'x-amzn-ErrorType': type };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
