import http from 'node:http';
import { crc32 } from 'node:zlib';
import { startDynalite, type DynaliteThread } from '#local/dynamodb/dynalite-thread.ts';
import { addFailedItem } from '#local/dynamodb/failed-conditions.ts';
import type { TableDefinition } from '#local/dynamodb/read-tables.ts';
import { readDynamoBody } from '#local/dynamodb/request-body.ts';
import type { AwsRequest, AwsResponse, Engine } from '#local/wire/aws-exchange.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';

/** A DynamoDB whose tables dynalite stores in a folder. */
export interface Tables {
  readonly engine: Engine;
  /** Creates a table, unless it exists. Throws if dynalite refuses its schema. */
  create(table: TableDefinition): Promise<void>;
  close(): Promise<void>;
}

/** Starts DynamoDB with the tables in `path`. */
export async function startTables(path: string, credentials: Credentials): Promise<Tables> {
  const dynalite = await startDynalite(path);
  return {
    async engine(request, response) {
      const verdict = verifySigV4(request, [credentials], Date.now());
      if (verdict.type === 'refused')
        return refuse(response, 400, `com.amazon.coral.service#${verdict.code}`, verdict.message);
      const body = readDynamoBody(request.body);
      if (body === undefined)
        return refuse(response, 400, 'com.amazon.coral.service#SerializationException');
      try {
        await forward(dynalite, { ...request, body }, response);
      } catch {
        const type = 'com.amazonaws.dynamodb.v20120810#InternalServerError';
        refuse(
          response,
          500,
          type,
          'The request processing has failed because of an unknown error.',
        );
      }
    },
    async create({ name: tableName, schema }) {
      const { status, body } = await callUnsigned(dynalite, 'CreateTable', {
        ...schema,
        TableName: tableName,
      });
      const text = body.toString('utf8');
      if (status !== 200 && !text.includes('ResourceInUseException')) {
        throw new Error(`Could not create table ${tableName}: ${text}`);
      }
    },
    close: () => dynalite.close(),
  };
}

function refuse(response: AwsResponse, status: number, type: string, message?: string): void {
  response.start(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type: type, message }));
}

async function forward(
  dynalite: DynaliteThread,
  request: AwsRequest,
  response: AwsResponse,
): Promise<void> {
  const result = await send(dynalite, request);
  const { 'x-amzn-requestid': _, 'content-length': __, ...headers } = result.headers;
  const body =
    result.status === 400
      ? await addFailedItem(result.body, request.body, (operation, input) =>
          call(dynalite, operation, input),
        )
      : result.body;
  response.start(result.status, { ...headers, 'x-amz-crc32': String(crc32(body)) });
  response.end(body);
}

function callUnsigned(
  dynalite: DynaliteThread,
  operation: string,
  input: object,
): Promise<DynaliteResponse> {
  const headers = { ...unsignedHeaders, 'x-amz-target': `DynamoDB_20120810.${operation}` };
  return send(dynalite, {
    method: 'POST',
    url: '/',
    body: Buffer.from(JSON.stringify(input)),
    headers,
  });
}

async function call(dynalite: DynaliteThread, operation: string, input: object): Promise<unknown> {
  const { status, body } = await callUnsigned(dynalite, operation, input);
  const text = body.toString('utf8');
  if (status !== 200) throw new Error(`dynalite failed in ${operation}: ${text}`);
  return JSON.parse(text);
}

/** dynalite requires a signature, but checks only its format. */
const unsignedHeaders = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
};

interface DynaliteResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

async function send(
  dynalite: DynaliteThread,
  { method, url, headers, body }: AwsRequest,
): Promise<DynaliteResponse> {
  const socketPath = await dynalite.socketPath();
  const entries = Object.entries(headers).filter(([name]) => !droppedHeaders.test(name));
  const singleValued = Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
  return new Promise((resolve, reject) => {
    const options = { socketPath, method, path: url, headers: singleValued };
    const request = http.request(options, (response) => resolve(readResponse(response)));
    request.on('error', reject);
    request.end(body);
  });
}

/** Headers of HTTP/2, and those that describe the body as it arrived. */
const droppedHeaders = /^(?::|content-length$|transfer-encoding$)/u;

async function readResponse(response: http.IncomingMessage): Promise<DynaliteResponse> {
  const body = Buffer.concat(await Array.fromAsync(response));
  return { status: response.statusCode ?? 500, headers: endToEndHeaders(response.headers), body };
}

function endToEndHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !hopByHop.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'date',
]);
