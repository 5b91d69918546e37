import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import dynalite from 'dynalite';
import type { AwsRequest, Engine } from '#local/wire/aws-exchange.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';
import { addFailedItem } from '#local/dynamodb/failed-conditions.ts';
import type { TableDefinition } from '#local/dynamodb/read-tables.ts';

/** A DynamoDB whose tables dynalite stores in a folder. */
export interface Tables {
  readonly engine: Engine;
  /** Creates a table, unless it exists. Throws if dynalite refuses its schema. */
  create(table: TableDefinition): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts DynamoDB with the tables in `path`. Its socket is in a folder that only the current user can
 * open.
 */
export async function startTables(path: string, credentials: Credentials): Promise<Tables> {
  const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const isWindows = process.platform === 'win32';
  const socketPath = isWindows
    ? `\\\\.\\pipe\\streambed-${randomUUID()}`
    : join(folder, 'dynalite');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return {
    async engine(request, response) {
      const verdict = verifySigV4(request, [credentials], Date.now());
      if (verdict.type === 'refused') {
        const { code, message } = verdict;
        response.start(400, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message }));
        return;
      }
      const result = await send(socketPath, request);
      const { 'x-amzn-requestid': _, 'content-length': __, ...headers } = result.headers;
      const body =
        result.status === 400
          ? await addFailedItem(result.body, request.body, (operation, input) =>
              call(socketPath, operation, input),
            )
          : result.body;
      response.start(result.status, { ...headers, 'x-amz-crc32': String(crc32(body)) });
      response.end(body);
    },
    async create({ name: tableName, schema }) {
      const { status, body } = await callUnsigned(socketPath, 'CreateTable', {
        ...schema,
        TableName: tableName,
      });
      const text = body.toString('utf8');
      if (status !== 200 && !text.includes('ResourceInUseException')) {
        throw new Error(`Could not create table ${tableName}: ${text}`);
      }
    },
    async close() {
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function callUnsigned(
  socketPath: string,
  operation: string,
  input: object,
): Promise<DynaliteResponse> {
  const headers = { ...unsignedHeaders, 'x-amz-target': `DynamoDB_20120810.${operation}` };
  return send(socketPath, {
    method: 'POST',
    url: '/',
    body: Buffer.from(JSON.stringify(input)),
    headers,
  });
}

async function call(socketPath: string, operation: string, input: object): Promise<unknown> {
  const { status, body } = await callUnsigned(socketPath, operation, input);
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

function send(
  socketPath: string,
  { method, url, headers, body }: AwsRequest,
): Promise<DynaliteResponse> {
  return new Promise((resolve, reject) => {
    const entries = Object.entries(headers).filter(([name]) => !name.startsWith(':'));
    const singleValued = Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
    const options = { socketPath, method, path: url, headers: singleValued };
    const request = http.request(options, (response) => resolve(readResponse(response)));
    request.on('error', reject);
    request.end(body);
  });
}

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
