import { maxUsage } from '#domain/model/estimate-tokens.ts';
import { replayBlock } from '#domain/conversation/replay-block.ts';
import {
  accumulate,
  emptyAnswer,
  toMessage,
  type Answer,
} from '#domain/conversation/accumulate.ts';
import { callTools, refusedCall, unaskedCall, type ToolContext } from '#domain/model/call-tools.ts';
import { ChatError } from '#domain/errors.ts';
import type {
  ContentBlock,
  Message,
  ToolResultBlock,
  ToolUseBlock,
} from '#domain/conversation/message.ts';
import type { Model, ModelRequest } from '#domain/model/model.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import { approvalRequired, maxToolSteps, type Toolbox } from '#domain/model/tools.ts';
import { toExchange } from '#domain/conversation/turn.ts';
import { addUsage, type Usage } from '#domain/conversation/usage.ts';

/**
 * A model whose calls for tools of ours are made, and answered to it, until it has said what it
 * wants to say; all of that is one answer. Where a call would change something, the answer ends
 * with the question whether it may, and goes on when a person has said so.
 */
export function withTools(model: Model, toolbox: Toolbox): Model {
  return {
    async *stream(request, signal) {
      const use = request.toolUse;
      if (use === undefined) {
        yield* model.stream(request, signal);
        return;
      }
      const { tools, close } = await toolbox.open(use.sets, signal);
      const calling = { tools, owner: use.owner, signal, counts: new Map<string, number>() };
      const spent: Spent = { asking: { ...request, tools }, step: 'over' };
      try {
        yield* steps({ model, request: spent.asking, calling, spent });
      } catch (error) {
        // What was told of is known; of the step that broke off, the most that it can be.
        const usage = usageAfter(spent, signal);
        if (usage !== undefined) yield { type: 'usage', usage };
        throw error;
      } finally {
        await close();
      }
    },
  };
}

/** What the steps of a turn took so far, and the one that runs. */
interface Spent {
  asking: ModelRequest;
  /** How far its model has come. */
  step: 'asked' | 'heard' | 'over';
  usage?: Usage;
}

/** A model that was left before its first word goes on; one that failed there has refused. */
function usageAfter(
  { usage, asking, step }: Spent,
  { aborted: isLeft }: AbortSignal,
): Usage | undefined {
  const isOpen = step === 'heard' || (step === 'asked' && isLeft);
  return isOpen ? { ...addUsage(usage, maxUsage(asking)), isEstimated: true } : usage;
}

interface Turning {
  readonly spent: Spent;
  readonly model: Model;
  readonly request: ModelRequest;
  readonly calling: ToolContext;
}

async function* steps(turning: Turning): AsyncGenerator<StreamEvent, void, undefined> {
  const { model, request, calling, spent } = turning;
  let { messages } = request;
  let hasWords = request.pending?.content.some(({ type }) => type === 'text') ?? false;
  if (request.pending !== undefined) {
    messages = [...messages, ...(yield* goingOn(request.pending, calling))];
  }
  for (let step = 1; step <= maxToolSteps; step += 1) {
    const said = { answer: emptyAnswer };
    spent.asking = { ...request, messages };
    spent.step = 'asked';
    const events = apart(model.stream(spent.asking, calling.signal), hasWords);
    for await (const event of heard(events, said)) {
      spent.step = 'heard';
      // What all steps used is told once, at the end.
      if (event.type === 'usage') spent.usage = addUsage(spent.usage, event.usage);
      else if (event.type !== 'message-stop') yield event;
    }
    const { stopReason } = said.answer;
    // As `run-turn` has it: what does not say why it stopped was cut off.
    if (stopReason === undefined) throw new ChatError('model_error', 'The answer was cut short.');
    spent.step = 'over';
    hasWords ||= said.answer.content.some(({ type }) => type === 'text');
    const calls = callsIn(said.answer);
    if (stopReason !== 'tool_use' || calls.length === 0) {
      yield* over(stopReason, spent.usage);
      return;
    }
    yield { type: 'message-stop', stopReason: 'tool_use' };
    const [writing, free] = divided(calls, calling);
    const waiting = request.toolUse?.canAsk === true ? writing : [];
    const unasked = request.toolUse?.canAsk === true ? [] : writing.map(unaskedCall);
    const results = [...unasked, ...(await callTools(free, calling))];
    yield* told(results);
    if (waiting.length > 0) {
      yield* asked(waiting);
      yield* over(approvalRequired, spent.usage);
      return;
    }
    messages = [...messages, toMessage(said.answer), { role: 'user', content: results }];
  }
  throw new ChatError(
    'model_error',
    `The model called tools ${maxToolSteps} times without an answer.`,
  );
}

/** Tells what was said before a person decided and what came of the calls; gives it as messages. */
async function* goingOn(
  pending: NonNullable<ModelRequest['pending']>,
  calling: ToolContext,
): AsyncGenerator<StreamEvent, readonly Message[], undefined> {
  const { content } = pending;
  assertOffered(pending, calling);
  yield* saidBefore(content);
  const results = await decided(pending, calling);
  yield* told(results);
  return toExchange(toMessage({ ...emptyAnswer, content: [...content, ...results] }));
}

/** What was said before a call is one paragraph, and what is said after it another. */
async function* apart(
  events: AsyncIterable<StreamEvent>,
  hasWords: boolean,
): AsyncGenerator<StreamEvent, void, undefined> {
  let isApart = !hasWords;
  for await (const event of events) {
    if (event.type === 'text-delta' && !isApart) {
      isApart = true;
      yield { ...event, text: `\n\n${event.text}` };
    } else {
      yield event;
    }
  }
}

async function* heard(
  events: AsyncIterable<StreamEvent>,
  said: { answer: Answer },
): AsyncGenerator<StreamEvent, void, undefined> {
  for await (const event of events) {
    said.answer = accumulate(said.answer, event);
    yield event;
  }
}

function callsIn({ content }: Answer): readonly ToolUseBlock[] {
  return content.filter((block) => block.type === 'tool-use');
}

/** Those that a person must allow, and those that nobody need. */
function divided(
  calls: readonly ToolUseBlock[],
  { tools }: ToolContext,
): readonly [waiting: readonly ToolUseBlock[], free: readonly ToolUseBlock[]] {
  const writing = new Set(tools.filter(({ writes }) => writes).map(({ name }) => name));
  const isWriting = ({ name }: ToolUseBlock): boolean => writing.has(name);
  return [calls.filter(isWriting), calls.filter((call) => !isWriting(call))];
}

/** What an answer that waited for a person had come to, as if it were said again. */
function* saidBefore(content: readonly ContentBlock[]): Generator<StreamEvent> {
  yield { type: 'message-start' };
  for (const [index, block] of content.entries()) {
    if (block.type !== 'approval') yield* replayBlock(block, { index, told: undefined });
  }
  yield { type: 'message-stop', stopReason: 'tool_use' };
}

/** Nothing is said of a call that cannot be made: the same word may come with its tools. */
function assertOffered(
  pending: NonNullable<ModelRequest['pending']>,
  { tools }: ToolContext,
): void {
  const names = new Set(tools.map(({ name }) => name));
  const missing = approvedCalls(pending).find(({ name }) => !names.has(name));
  if (missing === undefined) return;
  const message = `tools: must have the one of ${missing.name}, as in the request that is approved`;
  throw new ChatError('invalid_request', message);
}

function approvedCalls({
  content,
  decisions,
}: NonNullable<ModelRequest['pending']>): readonly ToolUseBlock[] {
  const approved = new Set(
    decisions.flatMap(({ toolUseId, isApproved }) => (isApproved ? [toolUseId] : [])),
  );
  return callsIn({ ...emptyAnswer, content }).filter(({ toolUseId }) => approved.has(toolUseId));
}

/** The results of calls that waited: those that were not allowed, and those that were made. */
async function decided(
  pending: NonNullable<ModelRequest['pending']>,
  calling: ToolContext,
): Promise<readonly ToolResultBlock[]> {
  const { content } = pending;
  const approved = approvedCalls(pending);
  const given = new Set(
    content.flatMap((block) => (block.type === 'tool-result' ? [block.toolUseId] : [])),
  );
  const open = callsIn({ ...emptyAnswer, content }).filter(
    ({ toolUseId }) => !given.has(toolUseId),
  );
  const refused = open.filter((call) => !approved.includes(call)).map(refusedCall);
  const allowed = open.filter((call) => approved.includes(call));
  return [...refused, ...(await callTools(allowed, calling))];
}

function* told(results: readonly ToolResultBlock[]): Generator<StreamEvent> {
  for (const [index, block] of results.entries()) yield { type: 'block', index, block };
}

function* asked(calls: readonly ToolUseBlock[]): Generator<StreamEvent> {
  for (const [at, { toolUseId }] of calls.entries()) {
    yield { type: 'block', index: firstQuestion + at, block: { type: 'approval', toolUseId } };
  }
}

/** Numbers that no result has: in the answer blocks are numbered anew. */
const firstQuestion = 1_000;

function* over(stopReason: string, usage: Usage | undefined): Generator<StreamEvent> {
  yield { type: 'message-stop', stopReason };
  if (usage !== undefined) yield { type: 'usage', usage };
}
