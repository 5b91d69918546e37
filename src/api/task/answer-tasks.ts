import { deltaLength } from '#domain/conversation/turn-log.ts';
import { ChatError } from '#domain/errors.ts';
import { ownerOf } from '#domain/identity.ts';
import type { CallbackSecrets } from '#domain/task/deliver-callback.ts';
import { deleteTask } from '#domain/task/remove-task.ts';
import { findLastTurn } from '#domain/task/run-task.ts';
import {
  hasEnded,
  isLost,
  isRetryable,
  taskConversation,
  type Task,
  type TaskKey,
  type TaskQueue,
  type Tasks,
} from '#domain/task/task.ts';
import type { ChatPolicy } from '#domain/chat/chat-request.ts';
import { assertIdempotencyKey } from '#domain/ids.ts';
import { assertAllowed } from '#domain/chat/plan-turn.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#api/http/http.ts';
import { derivedId, fingerprintOf, newId } from '#api/http/ids.ts';
import { jsonResponse, type JsonResult } from '#api/http/json-response.ts';
import { logAbout } from '#api/log/log-names.ts';
import { createRouter } from '#api/http/router.ts';
import { parsePage } from '#protocol/conversation/conversation-request.ts';
import type { RoutesOf } from '#protocol/http/routes.ts';
import { parseCallbackUrl, type CallbackRules } from '#protocol/task/callback-url.ts';
import { toTaskAcceptedJson, toTaskJson, toTaskList } from '#protocol/task/task-json.ts';
import { parseTaskId, parseTaskRequest, unknownTask } from '#protocol/task/task-request.ts';

export interface TaskApiPorts extends StoragePorts {
  readonly tasks: Tasks;
  readonly queue: TaskQueue;
  readonly secrets: CallbackSecrets;
}

export interface TaskPolicy extends ChatPolicy, CallbackRules {}

interface TaskContext {
  readonly ports: TaskApiPorts;
  readonly policy: TaskPolicy;
  readonly request: HttpRequest;
  readonly owner: string;
}

const route = createRouter<RoutesOf<'tasks'>, TaskContext, JsonResult>({
  'POST /tasks': submit,
  'GET /tasks': list,
  'GET /tasks/{task_id}': ({ ports, owner }, { task_id: id }) =>
    read(ports, { owner, taskId: parseTaskId(id) }),
  'DELETE /tasks/{task_id}': ({ ports, owner }, { task_id: id }) =>
    remove(ports, { owner, taskId: parseTaskId(id) }),
  'GET /callback-secret': async ({ ports, owner }) => {
    const [secret] = await ports.secrets.read(owner);
    return { status: 200, body: { secret } };
  },
  'POST /callback-secret': async ({ ports, owner }) => {
    return { status: 200, body: { secret: await ports.secrets.rotate(owner) } };
  },
});

/** Answers requests for the caller's own tasks and callback secret. */
export async function answerTasks(
  ports: TaskApiPorts,
  policy: TaskPolicy,
  request: HttpRequest,
  { requestId }: Invocation,
): Promise<HttpResponse> {
  const owner = ownerOf(request.caller, false);
  return jsonResponse(await route(request, { ports, policy, request, owner }), requestId);
}

/** The request is stored as it was sent, in a DynamoDB item of at most 400 KB. */
const maxBodyBytes = 350_000;

/** How long tasks and their answers are stored. */
const ttlMs = 30 * 86_400_000;

async function submit({ ports, policy, request, owner }: TaskContext): Promise<JsonResult> {
  const { tasks, queue, clock } = ports;
  const { body, headers } = request;
  if (Buffer.byteLength(body) > maxBodyBytes) {
    throw new ChatError('too_large', `The body must be at most ${maxBodyBytes / 1_000} KB.`);
  }
  const { chat, callbackUrl } = parseTaskRequest(body);
  const key = headers['idempotency-key'];
  if (key !== undefined) assertIdempotencyKey(key);
  const nowMs = clock.now();
  const task: Task = {
    owner,
    taskId: key === undefined ? newId(nowMs) : derivedId(owner, 'task', key),
    state: 'queued',
    request: body,
    fingerprint: fingerprintOf(body),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + ttlMs,
    ...(callbackUrl === undefined ? {} : { callback: toCallback(callbackUrl, policy) }),
  };
  logAbout(taskConversation(task));
  // A request that the worker would refuse is refused at once.
  assertAllowed(chat, policy, { isAnonymous: false });
  const stored = await tasks.submit(task);
  // A task without a worker may never have reached the queue, or was lost from it.
  const needsQueue = stored.state === 'queued' || isLost(stored, nowMs) || isRetryable(stored);
  if (needsQueue) await queue.send(stored);
  return { status: 202, body: toTaskAcceptedJson(stored) };
}

function toCallback(url: string, rules: CallbackRules): NonNullable<Task['callback']> {
  return { url: parseCallbackUrl(url, rules), state: 'waiting', attempts: 0 };
}

async function read(ports: TaskApiPorts, key: TaskKey): Promise<JsonResult> {
  logAbout(taskConversation(key));
  const task = await ports.tasks.find(key);
  if (task === undefined) throw unknownTask();
  if (isLost(task, ports.clock.now())) {
    return { status: 200, body: toTaskJson(asLost(task), undefined) };
  }
  const turn = hasEnded(task) ? await findLastTurn(ports, task) : undefined;
  const characters = hasEnded(task) ? undefined : await countCharacters(ports, task);
  return { status: 200, body: toTaskJson(task, turn, characters) };
}

async function list({ ports, request, owner }: TaskContext): Promise<JsonResult> {
  const { items, ...rest } = await ports.tasks.list(owner, parsePage(request.query));
  const nowMs = ports.clock.now();
  const shown = items.map((task) => (isLost(task, nowMs) ? asLost(task) : task));
  return { status: 200, body: toTaskList({ items: shown, ...rest }) };
}

async function remove(ports: TaskApiPorts, key: TaskKey): Promise<JsonResult> {
  logAbout(taskConversation(key));
  if (!(await deleteTask(ports, key))) throw unknownTask();
  return { status: 204 };
}

function asLost(task: Task): Task {
  return { ...task, state: 'failed', error: lost };
}

const lost = {
  code: 'internal',
  message: 'The worker of this task has crashed. Send the request again, with its key.',
} as const;

/** Returns the length of a live task's answer so far. */
async function countCharacters(
  { conversations, log }: TaskApiPorts,
  task: Task,
): Promise<number | undefined> {
  const key = taskConversation(task);
  const live = (await conversations.find(key))?.liveTurn;
  if (live === undefined) return undefined;
  const entries = await log.read({ ...key, turnId: live.turnId, sequence: live.sequence }, 0);
  const events = entries.flatMap((entry) => entry.events);
  return events.reduce((sum, event) => sum + deltaLength(event), 0);
}
