import { parentPort, workerData } from 'node:worker_threads';
import { readText } from '#documents/reading/read-text.ts';
import type { ReadingTask, ReadingResult } from '#documents/reading/read-apart.ts';
import { toChatError } from '#domain/errors.ts';
import { readBeyondPages } from '#documents/reading/beyond-pages.ts';

/*
 * The thread in which a document is read. It can be ended at any time.
 */

readBeyondPages();
void read(workerData).then((result) => parentPort?.postMessage(result, []));

async function read({ bytes, format, fontMaps }: ReadingTask): Promise<ReadingResult> {
  try {
    return { type: 'text', text: await readText({ bytes, format }, fontMaps) };
  } catch (error) {
    const { code, reason, message, cause } = toChatError(error);
    return { type: 'failure', code, reason, message, cause: String(cause) };
  }
}
