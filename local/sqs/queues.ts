import { AwsError } from '#local/wire/aws-error.ts';
import type { Clock } from '#local/process/clock.ts';
import { integer, string, structure } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';
import type { Store } from '#local/process/store.ts';
import { noSuchQueue, readSettings, type Attributes, type Queue } from '#local/sqs/queue.ts';
import {
  createQueueStore,
  messageSchema,
  type NewMessage,
  type QueueStore,
  type SentMessage,
  type StoredMessage,
} from '#local/sqs/queue-store.ts';

/** The tables of the local SQS. */
export const queueSchema = `${messageSchema}
CREATE TABLE IF NOT EXISTS queues (name TEXT PRIMARY KEY, attributes TEXT, created_at INTEGER);`;

/** All queues, and the operations on their messages. */
export interface Queues {
  readonly messages: QueueStore;
  /** Creates a queue, or replaces the attributes of an existing one. */
  put(name: string, attributes: Attributes): Queue;
  /** Throws SQS's error if the queue does not exist. */
  get(name: string): Queue;
  byArn(arn: string): Queue | undefined;
  all(): readonly Queue[];
  delete(name: string): void;
  send(queue: Queue, message: NewMessage): SentMessage;
  /**
   * Resolves with up to `max` messages. Waits up to `waitMs` for the first one. Messages that were
   * received too often move to the dead-letter queue instead.
   */
  receive(queue: Queue, options: ReceiveOptions): Promise<readonly StoredMessage[]>;
  /** Deletes the message of a receipt. Only the latest receipt of a message is valid. */
  remove(queue: Queue, receipt: string): void;
  /** Puts a message back as if it had not been received. */
  giveBack(message: StoredMessage): void;
  /** Hides the message of a receipt for `ms` from now. With 0 it becomes visible. */
  changeVisibility(queue: Queue, receipt: string, ms: number): void;
  /** Lets waiting receivers look again, because messages may have become visible. */
  wakeReceivers(name: string): void;
}

interface ReceiveOptions {
  readonly max: number;
  readonly visibilityMs: number;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** The settings of all queues. */
export interface QueuesSettings {
  readonly store: Store;
  readonly clock: Clock;
  /** Returns the ARN of a queue. */
  arnOf(name: string): string;
}

const queueShape = structure({ name: string(), attributes: string(), createdAt: integer() });

/** Opens the queues that the store has, to which more can be added. */
export function createQueues({ store, clock, arnOf }: QueuesSettings): Queues {
  const messages = createQueueStore(store);
  const arrivals = createArrivals();
  const registry = createQueueRegistry(store, arnOf);
  const context = { messages, arrivals, clock, byArn: registry.byArn };
  return {
    messages,
    byArn: registry.byArn,
    all: registry.all,
    wakeReceivers: arrivals.wake,
    put: (name, attributes) => registry.put(name, attributes, Math.floor(clock.now())),
    get(name) {
      const queue = registry.get(name);
      if (queue === undefined) throw noSuchQueue();
      return queue;
    },
    delete(name) {
      messages.purge(name);
      messages.forgetDeduplication(name);
      registry.delete(name);
    },
    send(queue, message) {
      const sent = messages.add(queue, message, Math.floor(clock.now()));
      arrivals.wake(queue.name);
      return sent;
    },
    receive: (queue, options) => receive(context, queue, options),
    remove(queue, receipt) {
      const message = messages.find(queue.name, receipt);
      if (message !== undefined) messages.remove(message.seq);
      arrivals.wake(queue.name);
    },
    giveBack: ({ seq, receipt }) => messages.giveBack(seq, receipt ?? '', Math.floor(clock.now())),
    changeVisibility(queue, receipt, ms) {
      const message = messages.find(queue.name, receipt);
      if (message === undefined) throw invalidReceipt(receipt);
      if (message.visibleAt <= clock.now()) {
        throw new AwsError('MessageNotInflight', 'The message referred to is not in flight.', {
          queryCode: 'AWS.SimpleQueueService.MessageNotInflight',
        });
      }
      messages.hide(message.seq, Math.floor(clock.now()) + ms);
      // A receiver may now have to wait less long for it.
      arrivals.wake(queue.name);
    },
  };
}

interface QueueRegistry {
  put(name: string, attributes: Attributes, nowMs: number): Queue;
  get(name: string): Queue | undefined;
  byArn(arn: string): Queue | undefined;
  all(): readonly Queue[];
  delete(name: string): void;
}

/** The queues by name. They are stored, so that they outlive the process. */
function createQueueRegistry(store: Store, arnOf: (name: string) => string): QueueRegistry {
  const saved = store.rows(
    'SELECT name, attributes, created_at AS createdAt FROM queues',
    queueShape,
  );
  const save = store.change('INSERT OR REPLACE INTO queues VALUES (?, ?, ?)');
  const forget = store.change('DELETE FROM queues WHERE name = ?');
  const toQueue = (name: string, attributes: Attributes, createdAt: number): Queue => {
    const settings = readSettings(name, attributes);
    return { name, attributes, createdAt, settings, arn: arnOf(name) };
  };
  const queues = new Map(
    saved().map(({ name, attributes, createdAt }) => {
      const entries = Object.entries(record(JSON.parse(attributes))).map(
        ([key, value]) => [key, String(value)] as const,
      );
      return [name, toQueue(name, Object.fromEntries(entries), createdAt)] as const;
    }),
  );
  return {
    get: (name) => queues.get(name),
    byArn: (arn) => [...queues.values()].find((queue) => queue.arn === arn),
    all: () => [...queues.values()],
    put(name, attributes, nowMs) {
      const createdAt = queues.get(name)?.createdAt ?? nowMs;
      const queue = toQueue(name, attributes, createdAt);
      save(name, JSON.stringify(attributes), createdAt);
      queues.set(name, queue);
      return queue;
    },
    delete(name) {
      forget(name);
      queues.delete(name);
    },
  };
}

interface ReceiveContext {
  readonly messages: QueueStore;
  readonly arrivals: Arrivals;
  readonly clock: Clock;
  byArn(arn: string): Queue | undefined;
}

async function receive(
  context: ReceiveContext,
  queue: Queue,
  options: ReceiveOptions,
): Promise<readonly StoredMessage[]> {
  const { messages, arrivals, clock } = context;
  const until = clock.now() + options.waitMs;
  for (;;) {
    // A caller that has disconnected must not receive messages.
    if (options.signal.aborted) return [];
    const arrival = arrivals.next(queue.name);
    // The same time decides which messages are visible and which one to wait for.
    const now = clock.now();
    const taken = takeVisible(context, queue, { ...options, nowMs: Math.floor(now) });
    if (taken.length > 0 || now >= until) return taken;
    const next = Math.min(until, messages.nextVisibleAt(queue.name, Math.floor(now)) ?? until);
    const ended = new AbortController();
    const signal = AbortSignal.any([options.signal, ended.signal]);
    // An endless wait without hidden messages needs no timer.
    const sleep = next === Infinity ? aborted(signal) : clock.sleep(next - now, signal);
    await Promise.race([arrival, sleep]);
    ended.abort();
  }
}

/** Takes the visible messages. Those received too often move to the dead-letter queue. */
function takeVisible(
  { messages, arrivals, byArn }: ReceiveContext,
  queue: Queue,
  { max, visibilityMs, nowMs }: ReceiveOptions & { readonly nowMs: number },
): readonly StoredMessage[] {
  messages.expire(queue, nowMs);
  const { redrive } = queue.settings;
  const target = redrive === undefined ? undefined : byArn(redrive.deadLetterArn);
  for (;;) {
    const taken = messages.take(queue, { max, visibilityMs, nowMs });
    const isDead = ({ receiveCount }: StoredMessage): boolean =>
      target !== undefined && receiveCount > (redrive?.maxReceives ?? Infinity);
    const dead = taken.filter(isDead);
    if (target === undefined || dead.length === 0) return taken;
    for (const { seq } of dead) messages.move(seq, target.name, queue.arn);
    arrivals.wake(target.name);
    const alive = taken.filter((message) => !isDead(message));
    if (alive.length > 0) return alive;
  }
}

/** Returns SQS's error for a receipt handle that it did not issue. */
export function invalidReceipt(receipt: string): AwsError {
  const message = `The input receipt handle "${receipt}" is not a valid receipt handle.`;
  return new AwsError('ReceiptHandleIsInvalid', message);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}

interface Arrivals {
  /** Resolves when messages may have become visible in a queue. */
  next(name: string): Promise<void>;
  wake(name: string): void;
}

function createArrivals(): Arrivals {
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  return {
    next(name) {
      const pending = waiting.get(name) ?? Promise.withResolvers<void>();
      waiting.set(name, pending);
      return pending.promise;
    },
    wake(name) {
      waiting.get(name)?.resolve();
      waiting.delete(name);
    },
  };
}
