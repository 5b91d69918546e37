import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { tooHeavy } from '#documents/reading/limits.ts';
import type { UploadedDocument } from '#documents/reading/read-text.ts';
import { ChatError, type ErrorCode } from '#domain/errors.ts';

/** What the reading thread gets. */
export interface ReadingTask extends UploadedDocument {
  /** The folder of the font maps that a PDF may need. */
  readonly fontMaps: string;
}

/** What the reading thread returns. */
export type ReadingResult =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'failure';
      readonly code: ErrorCode;
      readonly reason: string | undefined;
      readonly message: string;
      readonly cause: string;
    };

/** The file of the thread, and what reading may take. */
export interface ReadingLimits {
  /** The path of `reading-thread.ts`, or of its bundle. */
  readonly thread: string;
  readonly maxReadingMs: number;
  /** The memory that the whole process may have, in MB. */
  readonly maxMemoryMb: number;
}

/** How often the memory is measured. A thread can inflate some 20 MB in between. */
const memoryCheckMs = 20;

/**
 * Returns the text of a document, which it reads in a thread. Throws `too_large` if that takes too
 * much time or memory, so that the process itself is never killed for it. Throws `invalid_request`
 * with a message for people if the document has no readable text.
 */
export async function readApart(task: ReadingTask, limits: ReadingLimits): Promise<string> {
  const { thread, maxReadingMs, maxMemoryMb } = limits;
  // The limit of the heap does not count the bytes of inflated streams.
  const resourceLimits = { maxOldGenerationSizeMb: maxMemoryMb };
  const worker = new Worker(resolve(thread), { workerData: task, resourceLimits });
  const guard = watchProcess(maxReadingMs, maxMemoryMb);
  try {
    return toText(await Promise.race([resultOf(worker), guard.exceeded]));
  } finally {
    guard.end();
    await worker.terminate();
  }
}

function resultOf(worker: Worker): Promise<ReadingResult> {
  return new Promise((succeed, reject) => {
    worker.once('message', succeed);
    worker.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooHeavy(error) : error);
    });
    worker.once('exit', (code) => reject(new Error(`The thread exited with ${code}`)));
  });
}

function toText(result: ReadingResult): string {
  if (result.type === 'text') return result.text;
  const { code, reason, message, cause } = result;
  throw new ChatError(code, message, { reason, cause });
}

/** Rejects as soon as the process exceeds a limit, and never resolves. */
function watchProcess(
  maxMs: number,
  maxMemoryMb: number,
): { readonly exceeded: Promise<never>; end(): void } {
  const { promise: exceeded, reject } = Promise.withResolvers<never>();
  const deadline = setTimeout(() => reject(tooHeavy(`over ${maxMs} ms`)), maxMs);
  const check = setInterval(() => {
    if (process.memoryUsage.rss() > maxMemoryMb * 1_048_576) {
      reject(tooHeavy(`over ${maxMemoryMb} MB`));
    }
  }, memoryCheckMs);
  return {
    exceeded,
    end() {
      clearTimeout(deadline);
      clearInterval(check);
    },
  };
}
