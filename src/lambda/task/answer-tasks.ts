import type { CallbackSecrets } from '#domain/task/deliver-callback.ts';
import { ChatError } from '#domain/errors.ts';
import type { StoragePorts } from '#domain/turn/recover-turn.ts';
import { lastTurn } from '#domain/task/run-task.ts';
import {
  hasEnded,
  isLost,
  mayBegin,
  taskConversation,
  type Task,
  type TaskQueue,
  type Tasks,
} from '#domain/task/task.ts';
import { lengthOf } from '#domain/conversation/turn-log.ts';
import { ownerOf } from '#lambda/runtime/http-event.ts';
import { jsonResponse, type JsonResult } from '#lambda/runtime/json-response.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { assertIdempotencyKey } from '#lambda/turn/idempotency-key.ts';
import { derivedId, fingerprintOf, newId } from '#lambda/runtime/new-id.ts';
import { toTaskTurn } from '#lambda/task/task-turn.ts';
import type { ChatPolicy } from '#lambda/turn/turn-request.ts';
import { parseCallbackUrl, type CallbackRules } from '#protocol/task/callback-url.ts';
import { parseTaskId, parseTaskRequest, unknownTask } from '#protocol/task/task-request.ts';
import { toTaskJson } from '#protocol/task/task-json.ts';

export interface TaskDoorPorts extends StoragePorts {
  readonly tasks: Tasks;
  readonly queue: TaskQueue;
  readonly secrets: CallbackSecrets;
}

export interface TaskPolicy extends ChatPolicy, CallbackRules {}

interface Asking {
  readonly request: HttpRequest;
  readonly invocation: Invocation;
}

/** Answers `POST /tasks`, `GET /tasks/{id}`, and `/callback-secret`: the caller's own. */
export async function answerTasks(
  ports: TaskDoorPorts,
  policy: TaskPolicy,
  { request, invocation }: Asking,
): Promise<HttpResponse> {
  const owner = ownerOf(request.caller, false);
  const result = await route(ports, policy, { owner, request, invocation });
  return jsonResponse(result, invocation.requestId);
}

interface Routed extends Asking {
  readonly owner: string;
}

async function route(
  ports: TaskDoorPorts,
  policy: TaskPolicy,
  routed: Routed,
): Promise<JsonResult> {
  const { owner, request } = routed;
  const [, room, segment, ...rest] = request.path.split('/');
  const door = `${request.method} ${room}`;
  if (rest.length === 0 && segment !== undefined && door === 'GET tasks') {
    return { status: 200, body: await readTask(ports, owner, parseTaskId(segment)) };
  }
  if (segment !== undefined) throw nothingHere();
  switch (door) {
    case 'POST tasks':
      return { status: 202, body: await submit(ports, policy, routed) };
    case 'GET callback-secret':
      return { status: 200, body: { secret: (await ports.secrets.read(owner))[0] } };
    case 'POST callback-secret':
      return { status: 200, body: { secret: await ports.secrets.rotate(owner) } };
    default:
      throw nothingHere();
  }
}

/** A request is kept as it was sent, in an item of at most 400 KB. */
const maxBytes = 350_000;

/** Tasks and their answers are kept this long. */
const keptMs = 30 * 86_400_000;

async function submit(
  { tasks, queue, clock }: TaskDoorPorts,
  policy: TaskPolicy,
  { owner, request, invocation }: Routed,
): Promise<object> {
  const { body, headers } = request;
  if (Buffer.byteLength(body) > maxBytes) {
    throw new ChatError('too_large', `The body must be at most ${maxBytes / 1_000} KB.`);
  }
  const { callbackUrl } = parseTaskRequest(body);
  const key = headers['idempotency-key'];
  if (key !== undefined) assertIdempotencyKey(key);
  const nowMs = clock.now();
  const callback =
    callbackUrl === undefined
      ? {}
      : {
          callback: {
            url: parseCallbackUrl(callbackUrl, policy),
            state: 'waiting',
            attempts: 0,
          } as const,
        };
  const task: Task = {
    owner,
    taskId: key === undefined ? newId(nowMs) : derivedId(owner, 'task', key),
    state: 'queued',
    request: body,
    fingerprint: fingerprintOf(body),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + keptMs,
    ...callback,
  };
  // What no worker could do is refused at once.
  toTaskTurn(task, 1, { policy, invocation, nowMs });
  const kept = await tasks.submit(task);
  // A task that nobody has begun may never have got into the queue, or was lost from it.
  const isToQueue = kept.state === 'queued' || isLost(kept, nowMs) || mayBegin(kept);
  if (isToQueue) await queue.send(kept);
  return { task_id: kept.taskId, status: kept.state };
}

async function readTask(ports: TaskDoorPorts, owner: string, taskId: string): Promise<object> {
  const task = await ports.tasks.find({ owner, taskId });
  if (task === undefined) throw unknownTask();
  if (isLost(task, ports.clock.now())) {
    return toTaskJson({ ...task, state: 'failed', error: lost }, undefined);
  }
  if (!hasEnded(task)) return toTaskJson(task, undefined, await charactersOf(ports, task));
  return toTaskJson(task, await lastTurn(ports, task));
}

const lost = {
  code: 'internal',
  message: 'What worked on this task is gone. Send the request again, with its key.',
} as const;

/** How much of a task's answer there is so far. */
async function charactersOf(
  { conversations, log }: TaskDoorPorts,
  task: Task,
): Promise<number | undefined> {
  const key = taskConversation(task);
  const live = (await conversations.find(key))?.liveTurn;
  if (live === undefined) return undefined;
  const entries = await log.read({ ...key, turnId: live.turnId, sequence: live.sequence }, 0);
  return entries.flatMap(({ events }) => events).reduce((sum, event) => sum + lengthOf(event), 0);
}

function nothingHere(): ChatError {
  return new ChatError('not_found', 'Nothing is here.');
}
