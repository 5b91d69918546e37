import { changeFaults, readFaults } from '../../../../server/local/faults.ts';

export const dynamic = 'force-dynamic';

/** Returns the fault that the reader has armed in a local system. */
export async function GET(request: Request): Promise<Response> {
  return readFaults(request);
}

/** Arms a fault for the reader in a local system, or switches it off. */
export async function POST(request: Request): Promise<Response> {
  return changeFaults(request);
}
