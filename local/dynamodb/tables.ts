import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import dynalite from 'dynalite';
import type { Engine } from '#local/wire/aws-exchange.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';
import { withOldItem } from '#local/dynamodb/failed-conditions.ts';
import type { TableDefinition } from '#local/dynamodb/read-tables.ts';

/** DynamoDB by dynalite, kept in a folder. */
export interface Tables {
  readonly engine: Engine;
  /** Makes a table that is not there yet. */
  create(table: TableDefinition): Promise<void>;
  close(): Promise<void>;
}

/** Starts the tables kept in `path`; they listen in a folder that only this user may enter. */
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
      const answer = await send(socketPath, request);
      const { 'x-amzn-requestid': _, 'content-length': __, ...headers } = answer.headers;
      const body =
        answer.status === 400
          ? await withOldItem(answer.body, request.body, (operation, asked) =>
              ask(socketPath, operation, asked),
            )
          : answer.body;
      response.start(answer.status, { ...headers, 'x-amz-crc32': String(crc32(body)) });
      response.end(body);
    },
    async create({ name: tableName, schema }) {
      const answer = await administer(socketPath, 'CreateTable', {
        ...schema,
        TableName: tableName,
      });
      const text = answer.body.toString('utf8');
      if (answer.status !== 200 && !text.includes('ResourceInUseException')) {
        throw new Error(`Table ${tableName} could not be made: ${text}`);
      }
    },
    async close() {
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function administer(socketPath: string, operation: string, request: object): Promise<Answer> {
  const headers = { ...adminHeaders, 'x-amz-target': `DynamoDB_20120810.${operation}` };
  return send(socketPath, {
    method: 'POST',
    url: '/',
    body: Buffer.from(JSON.stringify(request)),
    headers,
  });
}

async function ask(socketPath: string, operation: string, request: object): Promise<unknown> {
  const { status, body } = await administer(socketPath, operation, request);
  const text = body.toString('utf8');
  if (status !== 200) throw new Error(`${operation} of dynalite: ${text}`);
  return JSON.parse(text);
}

/** dynalite wants a signature's form, and does not check it. */
const adminHeaders = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
};

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

type Outgoing = Parameters<Engine>[0];

function send(socketPath: string, { method, url, headers, body }: Outgoing): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const entries = Object.entries(headers).filter(([name]) => !name.startsWith(':'));
    const plain = Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
    const options = { socketPath, method, path: url, headers: plain };
    const request = http.request(options, (response) => resolve(toAnswer(response)));
    request.on('error', reject);
    request.end(body);
  });
}

async function toAnswer(response: http.IncomingMessage): Promise<Answer> {
  const body = Buffer.concat(await Array.fromAsync(response));
  return { status: response.statusCode ?? 500, headers: flat(response.headers), body };
}

function flat(headers: http.IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !hopByHop.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'date',
]);
