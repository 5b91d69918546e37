import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isRecord } from '#local/shape.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import type { RuntimeAnswer } from '#local/lambda/runtime-api.ts';
import {
  collectBody,
  openStreamedAnswer,
  relayBody,
  toHead,
  writeHead,
} from '#local/lambda/streamed-answer.ts';
import { isDecodable, readBody } from '#local/read-body.ts';
import { toRestEvent, type ApiRequest } from '#local/rest-api/event.ts';
import { findRoute } from '#local/rest-api/router.ts';
import type { ApiDefinition, ApiKeyDefinition, MethodDefinition } from '#local/stack.ts';

/** API Gateway's limit for a request's payload. */
const maxRequestBytes = 10 * 1024 * 1024;

/** A key that opens the methods that require one. */
export type ApiKey = ApiKeyDefinition & { readonly value: string };

/** A REST API and what is behind it. */
export interface ApiSettings {
  readonly definition: ApiDefinition;
  readonly apiKeys: readonly ApiKey[];
  /** The function of a method, by its name. */
  hostOf(functionName: string): FunctionHost | undefined;
}

/** What API Gateway itself answers, with its types and words. */
const gatewayAnswers = {
  unknownRoute: [403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
  badKey: [403, 'ForbiddenException', 'Forbidden'],
  tooLarge: [413, 'RequestTooLargeException', 'Request Too Long'],
  badReply: [502, 'InternalServerErrorException', 'Internal server error'],
  badPath: [400, 'BadRequestException', 'Bad Request'],
  noFunction: [500, 'InternalServerErrorException', 'Internal server error'],
  timeout: [504, 'InternalServerErrorException', 'Endpoint request timed out'],
} as const;

/** Answers the requests to a REST API. */
export function restHandler(api: ApiSettings): RequestListener {
  return (request, response) => {
    answer(api, request, response).catch((error: unknown) => {
      console.error(`${api.definition.logicalId}  ! ${String(error)}`);
      if (response.headersSent) response.destroy();
      else say(response, 'noFunction');
    });
  };
}

async function answer(
  api: ApiSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  response.setHeader('x-amzn-requestid', requestId);
  if (!isDecodable(request.url ?? '')) return say(response, 'badPath');
  const path = pathInStage(request.url ?? '/', api.definition.stageName);
  const route =
    path === undefined ? undefined : findRoute(api.definition.methods, request.method ?? '', path);
  const body = await readBody(request, maxRequestBytes);
  if (body === 'too-large') return say(response, 'tooLarge');
  if (route === undefined || path === undefined) return say(response, 'unknownRoute');
  const apiKey = api.apiKeys.find(({ value }) => value === request.headers['x-api-key']);
  const { method } = route;
  if (method.apiKeyRequired && apiKey === undefined) return say(response, 'badKey');
  const given = method.apiKeyRequired ? apiKey : undefined;
  const { definition } = api;
  const now = new Date();
  await invoke(
    api,
    { request, body, requestId, api: definition, route, path, apiKey: given, now },
    response,
  );
}

async function invoke(
  api: ApiSettings,
  request: ApiRequest,
  response: ServerResponse,
): Promise<void> {
  const { method } = request.route;
  const host = api.hostOf(method.functionName);
  const timer = setTimeout(() => timeOut(response), method.timeoutMs);
  response.once('close', () => clearTimeout(timer));
  const event = Buffer.from(JSON.stringify(toRestEvent(request)));
  const given = host === undefined ? 'throttled' : await host.invoke(request.requestId, event);
  if (given === 'throttled') return say(response, 'noFunction');
  await respond({ method, api: request.api }, given, response);
}

/** The path without its stage, or nothing for another stage. */
function pathInStage(url: string, stageName: string): string | undefined {
  const path = url.split('?')[0] ?? '/';
  const stage = `/${stageName}`;
  if (path === stage) return '/';
  return path.startsWith(`${stage}/`) ? path.slice(stage.length) : undefined;
}

interface Answering {
  readonly method: MethodDefinition;
  readonly api: ApiDefinition;
}

async function respond(
  { method, api }: Answering,
  given: RuntimeAnswer,
  response: ServerResponse,
): Promise<void> {
  if (given.type === 'error') return say(response, 'badReply');
  if (method.streams) {
    // An ordinary result has no head before its body, which a streaming integration wants.
    if (given.type === 'buffered') return say(response, 'badReply');
    const opened = await openStreamedAnswer(given, 'api-gateway').catch(() => undefined);
    if (opened === undefined) return say(response, 'badReply');
    if (!response.headersSent) writeHead(response, opened.head);
    return relayBody(opened.body, response);
  }
  const payload = given.type === 'buffered' ? given.payload : await collectBody(given.body);
  if (payload === undefined) say(response, 'badReply');
  else respondBuffered(payload, api, response);
}

function respondBuffered(payload: Buffer, api: ApiDefinition, response: ServerResponse): void {
  if (response.headersSent) return;
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'));
    if (!isRecord(value) || value['statusCode'] === undefined) return say(response, 'badReply');
    const { status, headers } = toHead(value);
    writeHead(response, { status, headers: { 'content-type': ['application/json'], ...headers } });
    const isBinary = value['isBase64Encoded'] === true && api.binaryMediaTypes.length > 0;
    const body = typeof value['body'] === 'string' ? value['body'] : '';
    response.end(Buffer.from(body, isBinary ? 'base64' : 'utf8'));
  } catch {
    say(response, 'badReply');
  }
}

/** The time is up: an answer that has not begun becomes 504, one under way breaks off. */
function timeOut(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else say(response, 'timeout');
}

function say(response: ServerResponse, kind: keyof typeof gatewayAnswers): void {
  if (response.headersSent) return;
  const [status, type, message] = gatewayAnswers[kind];
  const headers = { 'content-type': 'application/json', 'x-amzn-ErrorType': type };
  response.writeHead(status, headers).end(JSON.stringify({ message }));
}
