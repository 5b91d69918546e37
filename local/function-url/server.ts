import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { corsHeaders, isPreflight, preflightHeaders } from '#local/function-url/cors.ts';
import { toUrlEvent } from '#local/function-url/event.ts';
import { toBufferedResponse } from '#local/lambda/invoke/buffered-response.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { maxRequestBytes } from '#local/lambda/limits.ts';
import { throttledError } from '#local/lambda/invoke/throttled-error.ts';
import type { Shaping } from '#local/lambda/invoke/response-shaping.ts';
import type { InvocationResult } from '#local/lambda/environment/runtime-api.ts';
import {
  collectBody,
  openStreamedResponse,
  relayBody,
  writeHead,
  type ResponseHead,
} from '#local/lambda/invoke/streamed-response.ts';
import { handleInBackground } from '#local/process/handle-request.ts';
import { isDecodable, readBody } from '#local/wire/read-body.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';
import { shortId } from '#local/template/identities/naming.ts';
import type { UrlDefinition } from '#local/function-url/read-urls.ts';

/** A Function URL with its function and its settings. */
export interface UrlSettings {
  readonly definition: UrlDefinition;
  readonly host: FunctionHost;
  readonly credentials: Credentials;
  readonly region: string;
  /** Limits the rate and size of streamed responses. */
  readonly shaping: Shaping;
  /** Returns what the function's policy does not allow everybody, if the URL is public. */
  missingActions(): readonly string[];
}

/** Creates the handler of requests to a Function URL. */
export function urlHandler(url: UrlSettings): RequestListener {
  return (request, response) => {
    const onError = (error: unknown): void => {
      console.error(`${url.definition.key}  ! ${String(error)}`);
      sendBadGateway(response);
    };
    handleInBackground(response, () => handleRequest(url, request, response), onError);
  };
}

async function handleRequest(
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
  const extraHeaders = cors === undefined ? {} : corsHeaders(cors, origin);
  const body = await readBody(request, maxRequestBytes);
  if (body === 'too-large') {
    const message = `Request must be smaller than ${maxRequestBytes} bytes for the InvokeFunction operation`;
    sendError(response, {
      status: 413,
      type: 'RequestTooLargeException',
      body: { Message: message },
    });
    return;
  }
  const { method = 'GET', url: target = '/', headers } = request;
  if (!URL.canParse(target, 'http://local') || !isDecodable(target)) {
    sendError(response, {
      status: 400,
      type: 'BadRequestException',
      body: { message: 'Bad Request' },
    });
    return;
  }
  const signed = { method, url: target, headers, body };
  const scope = { region: url.region, service: 'lambda' };
  const verdict = verifySigV4(signed, [url.credentials], Date.now(), scope);
  const isSigned = verdict.type === 'valid';
  if (authType === 'AWS_IAM' && !isSigned) return sendForbidden(response, verdict);
  if (url.missingActions().length > 0) return sendForbidden(response);
  const accessKeyId = authType === 'AWS_IAM' && isSigned ? verdict.accessKeyId : undefined;
  const urlId = `${shortId(key)}local`;
  const event = toUrlEvent({ request, body, requestId, urlId, accessKeyId, now: new Date() });
  const result = await url.host.invoke({ requestId, payload: Buffer.from(JSON.stringify(event)) });
  if (result === 'throttled') return sendThrottled(url.host, response);
  await respond(url, result, extraHeaders, response);
}

/** Headers that the URL adds to those of the function. */
type ExtraHeaders = Readonly<Record<string, string>>;

async function respond(
  { definition: { invokeMode }, shaping }: UrlSettings,
  result: InvocationResult,
  extraHeaders: ExtraHeaders,
  response: ServerResponse,
): Promise<void> {
  if (result.type === 'error') return sendBadGateway(response);
  if (result.type === 'buffered') {
    if (invokeMode === 'RESPONSE_STREAM') {
      writeHead(response, addHeaders(jsonHead, extraHeaders));
      response.end(result.payload);
      return;
    }
    return respondBuffered(result.payload, extraHeaders, response);
  }
  if (invokeMode === 'BUFFERED') {
    const payload = await collectBody(result.body);
    return payload === undefined
      ? sendBadGateway(response)
      : respondBuffered(payload, extraHeaders, response);
  }
  const streamed = await openStreamedResponse(result, 'function-url').catch(() => undefined);
  if (streamed === undefined) return sendBadGateway(response);
  writeHead(response, addHeaders(streamed.head, extraHeaders));
  await relayBody(shaping(streamed.body, 'lambda'), response);
}

function respondBuffered(
  payload: Buffer,
  extraHeaders: ExtraHeaders,
  response: ServerResponse,
): void {
  try {
    const { head, body } = toBufferedResponse(payload);
    writeHead(response, addHeaders(head, extraHeaders));
    response.end(body);
  } catch {
    sendBadGateway(response);
  }
}

const jsonHead: ResponseHead = { status: 200, headers: { 'content-type': ['application/json'] } };

/** Adds the URL's own headers to those of the function, without removing duplicates. */
function addHeaders({ status, headers }: ResponseHead, extraHeaders: ExtraHeaders): ResponseHead {
  const added = Object.entries(extraHeaders).map(([name, value]) => {
    return [name, [...(headers[name] ?? []), value]] as const;
  });
  return { status, headers: { ...headers, ...Object.fromEntries(added) } };
}

function sendBadGateway(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(502, { 'content-type': 'application/json' }).end('Internal Server Error');
}

function sendForbidden(response: ServerResponse, verdict?: ReturnType<typeof verifySigV4>): void {
  if (verdict?.type === 'refused' && verdict.code === 'InvalidSignatureException') {
    sendError(response, { status: 403, type: verdict.code, body: { message: verdict.message } });
    return;
  }
  sendError(response, { status: 403, type: 'AccessDeniedException', body: { Message: forbidden } });
}

const forbidden =
  'Forbidden. For troubleshooting Function URL authorization issues, see: ' +
  'https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html';

function sendThrottled({ definition }: FunctionHost, response: ServerResponse): void {
  const { code, message, status, members } = throttledError(definition);
  sendError(response, { status, type: code, body: { ...members, Type: 'User', message } });
}

interface ErrorResponse {
  readonly status: number;
  readonly type: string;
  readonly body: Readonly<Record<string, string>>;
}

function sendError(response: ServerResponse, { status, type, body }: ErrorResponse): void {
  const headers = { 'content-type': 'application/json', 'x-amzn-ErrorType': type };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
