import { createHash } from 'node:crypto';
import type { DynaliteStore, Write } from 'dynalite/db/index.js';
import { canonicalJson } from '#local/dynamodb/canonical-json.ts';
import { itemBytes } from '#local/dynamodb/item-size.ts';
import { Refusal } from '#local/dynamodb/refusal.ts';
import type { ActionUnits } from '#local/dynamodb/transactions/consumed-capacity.ts';
import type { ItemKey } from '#local/dynamodb/units/unit-of-work.ts';
import {
  isRecord,
  list,
  number,
  readShape,
  string,
  structure,
  type Shaped,
} from '#local/wire/shape.ts';

/** For how long a request with the same token is the same request. */
const lifetimeMs = 600_000;

const prefix = 'token~';

const requestShape = structure({
  atMs: number(),
  digest: string(),
  reads: list(structure({ tableName: string(), key: string() })),
});

/** A transaction that took effect. */
export type EarlierRequest = Shaped<typeof requestShape>;

/** Finds the transaction of the last ten minutes that has a token. */
export async function findRequest(
  { db }: DynaliteStore,
  token: string,
  nowMs: number,
): Promise<EarlierRequest | undefined> {
  const value = await db.get(prefix + token);
  if (value === undefined) return undefined;
  const request = readShape(requestShape, value, () => new Error(`${prefix}${token} is damaged`));
  return request.atMs + lifetimeMs > nowMs ? request : undefined;
}

/** Throws if a request with the token of an earlier one has other items. */
export function checkRepetition({ digest }: EarlierRequest, items: readonly object[]): void {
  if (digest === digestOf(items)) return;
  throw new Refusal(
    'IdempotentParameterMismatchException',
    'The request has the same client request token as an earlier one, but other parameters',
  );
}

/** Returns what a repeated request consumes: it reads the items that the first has used. */
export function readUnits(
  { db }: DynaliteStore,
  { reads }: EarlierRequest,
): Promise<readonly ActionUnits[]> {
  return Promise.all(
    reads.map(async ({ tableName, key }) => {
      const item = await db.get(key);
      const bytes = isRecord(item) ? itemBytes(item) : 0;
      return { tableName, units: Math.max(1, Math.ceil(bytes / 4096)) };
    }),
  );
}

/** Returns the record of a request, which is written with its changes. */
export function requestWrite(
  token: string,
  {
    items,
    reads,
    nowMs,
  }: {
    readonly items: readonly object[];
    readonly reads: readonly ItemKey[];
    readonly nowMs: number;
  },
): Write {
  const value: EarlierRequest = { reads, atMs: nowMs, digest: digestOf(items) };
  return { type: 'put', key: prefix + token, value };
}

/** Removes the records that are too old to matter. */
export async function removeOldRequests({ db }: DynaliteStore, nowMs: number): Promise<void> {
  for await (const [key, value] of db.iterator({ gte: prefix, lt: `${prefix}\uFFFF` })) {
    const atMs = isRecord(value) ? Number(value['atMs']) : 0;
    if (atMs + lifetimeMs <= nowMs) await db.batch([{ key, type: 'del' }]);
  }
}

function digestOf(items: readonly object[]): string {
  return createHash('sha256').update(canonicalJson(items)).digest('base64');
}
