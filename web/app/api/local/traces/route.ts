import { readTraces } from '../../../../server/local/traces.ts';

export const dynamic = 'force-dynamic';

/** Returns the spans of a turn of the reader in a local system. */
export async function GET(request: Request): Promise<Response> {
  return readTraces(request);
}
