import { deletionJson, exportJson } from '#protocol/data/data-schema.ts';
import * as v from 'valibot';
import { toError } from '../chat/api.ts';
import { callApi } from '../chat/call-api.ts';

/** What can be done with everything that the reader has. */
export type JobKind = 'export' | 'deletion';

/** An export or a deletion as it is stored. */
export type DataJob = Omit<v.InferOutput<typeof exportJson>, 'export_id'> & { readonly id: string };

const jobJson = v.union([
  v.pipe(
    exportJson,
    v.transform(({ export_id: id, ...rest }): DataJob => ({ id, ...rest })),
  ),
  v.pipe(
    deletionJson,
    v.transform(({ deletion_id: id, ...rest }): DataJob => ({ id, ...rest })),
  ),
]);

const paths = { export: '/data/exports', deletion: '/data/deletions' } as const;
const bodies = { export: {}, deletion: { confirm: 'delete everything' } } as const;

/** Requests an export or a deletion; returns the one that is under way. Throws a `ChatError`. */
export async function requestJob(kind: JobKind): Promise<DataJob> {
  return readJob(
    await callApi(paths[kind], {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(bodies[kind]),
    }),
  );
}

/** Returns how far an export or a deletion is. Throws a `ChatError`. */
export async function findJob(kind: JobKind, id: string): Promise<DataJob> {
  return readJob(await callApi(`${paths[kind]}/${encodeURIComponent(id)}`));
}

async function readJob(response: Response): Promise<DataJob> {
  if (!response.ok) throw await toError(response);
  return v.parse(jobJson, await response.json());
}
