import type { Clock } from '#domain/clock.ts';
import {
  hasDataJobEnded,
  type DataJob,
  type DataJobChange,
  type DataJobMessage,
  type DataJobQueue,
  type DataJobs,
} from '#domain/data/data-job.ts';
import type { DeliveryOutcome } from '#domain/task/task.ts';
import { leaseGraceMs } from '#domain/turn/abandoned.ts';

/** What one piece of a job's work has changed. */
export interface WorkResult {
  readonly change: DataJobChange;
  /** The job cannot continue at once: something that was running must end first. */
  readonly isWaiting?: boolean;
}

export interface DataJobPorts {
  readonly jobs: DataJobs;
  readonly queue: DataJobQueue;
  readonly clock: Clock;
  /**
   * Does the next piece of a job, from its cursor. After a crash it is done again. It ends before
   * `endsAtMs`. `worker` is unique for each delivery.
   */
  work(job: DataJob, context: WorkContext): Promise<WorkResult>;
}

export interface WorkContext {
  readonly worker: string;
  readonly endsAtMs: number;
}

export interface DataJobDelivery {
  readonly message: DataJobMessage;
  readonly worker: string;
  /** When Lambda ends the invocation. */
  readonly endsAtMs: number;
  /** Whether the queue will give up the message if it fails once more. */
  readonly isLast: boolean;
}

/** The time reserved for the last piece of work of an invocation, and for saving it. */
const marginMs = 25_000;

/** How long a job waits for what must end first. */
const waitSeconds = 2;

/** A job is released a moment after the message that continues it was sent. */
const continueSeconds = 1;

/**
 * Continues a job from where it was saved, and sends the message that continues it if the time does
 * not suffice. A message that is delivered again does the same work again. Throws an unexpected
 * error, after which the message is delivered again.
 */
export async function runDataJob(
  ports: DataJobPorts,
  delivery: DataJobDelivery,
): Promise<DeliveryOutcome> {
  const { message, worker, endsAtMs } = delivery;
  const nowMs = ports.clock.now();
  const leaseUntilMs = endsAtMs + leaseGraceMs;
  const { step } = message;
  const result = await ports.jobs.claim(message, { worker, step, nowMs, leaseUntilMs });
  if (result.type === 'obsolete') return { type: 'done' };
  if (result.type === 'busy') {
    const afterSeconds = Math.max(1, Math.ceil((result.leaseUntilMs - nowMs) / 1_000));
    return { type: 'retry', afterSeconds };
  }
  try {
    await workUntilDeadline(ports, delivery, result.job);
    return { type: 'done' };
  } catch (error) {
    await release(ports, delivery);
    throw error;
  }
}

async function workUntilDeadline(
  ports: DataJobPorts,
  { worker, endsAtMs }: DataJobDelivery,
  claimed: DataJob,
): Promise<void> {
  const { jobs, queue, clock } = ports;
  const workUntilMs = endsAtMs - marginMs;
  for (let job = claimed; ;) {
    const { change, isWaiting = false } = await ports.work(job, { worker, endsAtMs: workUntilMs });
    job = await jobs.save(job, worker, change);
    if (hasDataJobEnded(job)) return;
    if (!isWaiting && clock.now() < workUntilMs) continue;
    // Sent before it is expected, so that a crash in between cannot end the job half done.
    const step = job.step + 1;
    const { owner, kind, jobId } = job;
    await queue.send({ owner, kind, jobId, step }, isWaiting ? waitSeconds : continueSeconds);
    await jobs.save(job, worker, { step, isReleased: true });
    return;
  }
}

/** Lets the next delivery continue at once. The last one leaves a failed job, and a dead letter. */
async function release(
  { jobs, clock }: DataJobPorts,
  { message, worker, isLast }: DataJobDelivery,
): Promise<void> {
  const failed = { state: 'failed', finishedAtMs: clock.now(), error: givenUp } as const;
  const change: DataJobChange = { isReleased: true, ...(isLast ? failed : {}) };
  // If this fails, the lease ends by itself.
  await jobs.save(message, worker, change).catch(() => undefined);
}

const givenUp = {
  code: 'internal',
  message: 'Something went wrong on our side. Send the request again to start anew.',
} as const;
