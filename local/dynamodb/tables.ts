import { crc32 } from 'node:zlib';
import { openDatabase } from '#local/dynamodb/database.ts';
import type { DynamoResponse } from '#local/dynamodb/operations.ts';
import type { TableDefinition } from '#local/dynamodb/read-tables.ts';
import { createService, type Service } from '#local/dynamodb/service.ts';
import type { StreamReader } from '#local/dynamodb/streams/stream-reader.ts';
import { realClock, type Clock } from '#local/process/clock.ts';
import type { Disk } from '#local/process/disk.ts';
import type { AwsRequest, Engine } from '#local/wire/aws-exchange.ts';
import { isRecord } from '#local/wire/shape.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';

/** A DynamoDB whose tables dynalite stores in a folder. */
export interface Tables {
  readonly engine: Engine;
  readonly streams: StreamReader;
  /** Creates a table, unless it exists. Throws if dynalite refuses its schema. */
  create(table: TableDefinition): Promise<void>;
  close(): Promise<void>;
}

/** What DynamoDB needs besides its folder. */
export interface TablesOptions {
  readonly credentials: Credentials;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly region: string;
}

/** Starts DynamoDB with the tables in a folder. Throws an error that names what is damaged. */
export async function startTables(
  folder: string,
  { credentials, disk, clock, region }: TablesOptions,
): Promise<Tables> {
  const database = await openDatabase(folder, disk);
  const service = await createService(database, { region, now: clock.now });
  const stopped = new AbortController();
  const removing = removeOldItems(service, stopped.signal);
  return {
    async engine(request, response) {
      const { status, body } = await answer(service, credentials, request);
      const json = JSON.stringify(body);
      const headers = { 'content-type': 'application/x-amz-json-1.0' };
      response.start(status, { ...headers, 'x-amz-crc32': String(crc32(json)) });
      response.end(json);
    },
    streams: service.streamReader,
    async create({ name, schema, timeToLive, stream }) {
      const { status, body } = await database.run('CreateTable', { ...schema, TableName: name });
      if (status !== 200 && !String(body['__type']).endsWith('#ResourceInUseException')) {
        throw new Error(`Could not create table ${name}: ${JSON.stringify(body)}`);
      }
      await database.activate(name);
      if (timeToLive !== undefined) await service.timeToLive.apply(name, timeToLive);
      await service.tableStreams.apply(name, stream);
    },
    async close() {
      stopped.abort();
      await removing;
      await database.close();
    },
  };
}

/**
 * Removes expired items about once a minute; AWS does it within days. A large table is read less
 * often, so that it takes one part in fifty of the time. What fails now is tried again then.
 */
async function removeOldItems(service: Service, signal: AbortSignal): Promise<void> {
  let tookMs = 0;
  while (!signal.aborted) {
    // In real time, even if the time by which items expire is another.
    await realClock.sleep(Math.max(60_000, 50 * tookMs), signal);
    if (signal.aborted) return;
    const begin = performance.now();
    await service.removeOld(signal).catch(() => undefined);
    tookMs = performance.now() - begin;
  }
}

async function answer(
  service: Service,
  credentials: Credentials,
  request: AwsRequest,
): Promise<DynamoResponse> {
  const verdict = verifySigV4(request, [credentials], Date.now());
  if (verdict.type === 'refused') return refusal(verdict.code, verdict.message);
  const target = String(request.headers['x-amz-target'] ?? '');
  const operation = service.find(target);
  if (operation === undefined) {
    const name = target.split('.').at(-1) ?? '';
    return refusal('UnknownOperationException', `Operation ${name} is not hosted here.`);
  }
  const input = parseInput(request.body);
  if (input === undefined) {
    return refusal('SerializationException', 'The body is not a JSON object.');
  }
  try {
    return await operation(input);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const type = 'com.amazonaws.dynamodb.v20120810#InternalServerError';
    return { status: 500, body: { __type: type, message } };
  }
}

function refusal(code: string, message: string): DynamoResponse {
  return { status: 400, body: { __type: `com.amazon.coral.service#${code}`, message } };
}

function parseInput(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(body.toString('utf8'));
    return isRecord(json) ? withoutNulls(json) : undefined;
  } catch {
    return undefined;
  }
}

/** For DynamoDB, a member that is null is absent. */
function withoutNulls(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(entries.map(([name, member]) => [name, dropNulls(member)]));
}

function dropNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(dropNulls);
  return isRecord(value) ? withoutNulls(value) : value;
}
