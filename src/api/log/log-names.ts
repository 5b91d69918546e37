import { AsyncLocalStorage } from 'node:async_hooks';
import { createHmac } from 'node:crypto';

/** Returns the deployment's secret for names in logs; undefined if it cannot be read at the moment. */
export type ReadLogSecret = () => string | Promise<string | undefined>;

/** For a function whose callers have no identity. */
export const noLogSecret: ReadLogSecret = async () => undefined;

/** Whom and what an invocation is about, as far as it is known. */
export interface LogSubject {
  readonly owner?: string | undefined;
  readonly conversationId?: string | undefined;
  /** A route of the REST API, without the values of its parameters. */
  readonly route?: string | undefined;
}

/** The fields of a log line that say what it is about. */
export interface SubjectFields {
  readonly route?: string;
  readonly owner?: string;
  readonly conversation?: string;
}

interface LogContext {
  readonly readSecret: ReadLogSecret;
  subject: LogSubject;
  /** Lines that wait for the secret. */
  readonly waiting: Promise<void>[];
}

const contexts = new AsyncLocalStorage<LogContext>();

/**
 * Runs an invocation whose log lines name owner and conversation. The secret is read beside it, when
 * the first line needs it, and the invocation ends once all of its lines are written.
 */
export async function withLogNames<Result>(
  readSecret: ReadLogSecret,
  run: () => Promise<Result>,
): Promise<Result> {
  const context: LogContext = { readSecret, subject: {}, waiting: [] };
  try {
    return await contexts.run(context, run);
  } finally {
    await Promise.all(context.waiting);
  }
}

/** Adds to what the following log lines of the invocation are about. */
export function logAbout(subject: LogSubject): void {
  const context = contexts.getStore();
  if (context !== undefined) context.subject = { ...context.subject, ...subject };
}

/** Runs a part of an invocation that is about something of its own, such as one message of many. */
export function withSubject<Result>(
  subject: LogSubject,
  run: () => Promise<Result>,
): Promise<Result> {
  const context = contexts.getStore();
  return context === undefined ? run() : contexts.run({ ...context, subject }, run);
}

/** Passes on the fields that say what the invocation is about, at once if the secret is known. */
export function addSubject(write: (fields: SubjectFields) => void): void {
  const { subject, readSecret, waiting } = contexts.getStore() ?? noContext;
  const isNamed = subject.owner !== undefined || subject.conversationId !== undefined;
  const secret = isNamed ? readSecret() : undefined;
  if (secret instanceof Promise) {
    waiting.push(secret.then((loaded) => write(toFields(subject, loaded))));
  } else {
    write(toFields(subject, secret));
  }
}

const noContext: LogContext = { readSecret: noLogSecret, subject: {}, waiting: [] };

function toFields(
  { route, owner, conversationId }: LogSubject,
  secret: string | undefined,
): SubjectFields {
  const name = (id: string | undefined, field: 'owner' | 'conversation'): SubjectFields =>
    secret === undefined || id === undefined ? {} : { [field]: logName(secret, id) };
  return {
    ...(route === undefined ? {} : { route }),
    ...name(owner, 'owner'),
    ...name(conversationId, 'conversation'),
  };
}

/**
 * Returns the name of an owner or a conversation in logs: the first 16 hexadecimal digits of an
 * HMAC-SHA-256. It cannot be computed without the secret.
 */
export function logName(secret: string, id: string): string {
  return createHmac('sha256', secret).update(id).digest('hex').slice(0, 16);
}
