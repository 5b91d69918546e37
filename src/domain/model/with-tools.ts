import {
  accumulate,
  emptyAnswer,
  toMessage,
  type Answer,
} from '#domain/conversation/accumulate.ts';
import type { ToolResultBlock, ToolUseBlock } from '#domain/conversation/message.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import { addUsage, type Usage } from '#domain/conversation/usage.ts';
import { answerCutShort, ChatError, toChatError } from '#domain/errors.ts';
import { callTools, unapprovableCall, type ToolContext } from '#domain/model/call-tools.ts';
import { firstApprovalIndex } from '#domain/model/block-index.ts';
import { maxUsage } from '#domain/model/estimate-tokens.ts';
import type { Model, ModelRequest } from '#domain/model/model.ts';
import { afterOutput, markOutput } from '#domain/model/output-mark.ts';
import { resumeAnswer } from '#domain/model/resume-answer.ts';
import { approvalRequired, maxToolSteps, type Toolbox } from '#domain/model/tools.ts';

/**
 * Returns a model whose calls to Streambed's own tools are executed and their results sent back,
 * until it has finished; all of that is one answer. If a call would change something, the answer
 * ends with an approval request, and continues once a person has decided.
 */
export function withTools(model: Model, toolbox: Toolbox): Model {
  return {
    stream(request, signal) {
      const { toolUse } = request;
      if (toolUse === undefined) return model.stream(request, signal);
      const open = (): ReturnType<Toolbox['open']> => toolbox.open(toolUse.sets, signal);
      return answerWithTools(model, open, request, signal);
    },
  };
}

async function* answerWithTools(
  model: Model,
  open: () => ReturnType<Toolbox['open']>,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void, undefined> {
  const { tools, close } = await open();
  const { owner, observer } = request;
  const context = { tools, owner, signal, counts: new Map<string, number>(), observer };
  const progress: Progress = { request: { ...request, tools }, isRunning: false };
  try {
    yield* runSteps(model, context, progress);
  } catch (error) {
    const usage = usageAfter(error, progress, signal);
    if (usage !== undefined) yield { type: 'usage', usage };
    throw error;
  } finally {
    await close();
  }
}

/** What the steps of a turn have used, and the step that runs. */
interface Progress {
  /** The latest request to the model. */
  request: ModelRequest;
  /** Whether the model is answering it. */
  isRunning: boolean;
  usage?: Usage;
}

/**
 * Returns the usage of a turn that failed. The step that was cut off counts in full: its model may
 * have continued. A model that failed before its first event, while waited for, has refused.
 */
function usageAfter(
  error: unknown,
  { usage, request, isRunning }: Progress,
  { aborted }: AbortSignal,
): Usage | undefined {
  const isCutOff = isRunning && (aborted || toChatError(error).hasOutput);
  return isCutOff ? { ...addUsage(usage, maxUsage(request)), isEstimated: true } : usage;
}

async function* runSteps(
  model: Model,
  context: ToolContext,
  progress: Progress,
): AsyncGenerator<StreamEvent, void, undefined> {
  const { request } = progress;
  const canAsk = request.toolUse?.canAsk === true;
  let { messages } = request;
  let hasText = request.pending?.content.some(({ type }) => type === 'text') ?? false;
  if (request.pending !== undefined) {
    messages = [...messages, ...(yield* resumeAnswer(request.pending, context))];
  }
  for (let step = 1; step <= maxToolSteps; step += 1) {
    progress.request = { ...request, messages };
    const answer = yield* runStep(model, context.signal, progress, hasText);
    hasText ||= answer.content.some(({ type }) => type === 'text');
    const calls = answer.content.filter((block) => block.type === 'tool-use');
    if (answer.stopReason !== 'tool_use' || calls.length === 0) {
      yield* finish(answer.stopReason, progress.usage);
      return;
    }
    yield { type: 'message-stop', stopReason: 'tool_use' };
    const [writing, reading] = splitCalls(calls, context);
    const waiting = canAsk ? writing : [];
    const refused = canAsk ? [] : writing.map(unapprovableCall);
    const results = [...refused, ...(await callTools(reading, context))];
    yield* emitResults(results);
    if (waiting.length > 0) {
      yield* requestApproval(waiting);
      yield* finish(approvalRequired, progress.usage);
      return;
    }
    messages = [...messages, toMessage(answer), { role: 'user', content: results }];
  }
  throw new ChatError(
    'model_error',
    `The model called tools ${maxToolSteps} times without an answer.`,
  );
}

interface StepAnswer extends Answer {
  readonly stopReason: NonNullable<Answer['stopReason']>;
}

/** Emits one call to the model without its end and usage; returns its answer. */
async function* runStep(
  model: Model,
  signal: AbortSignal,
  progress: Progress,
  hasText: boolean,
): AsyncGenerator<StreamEvent, StepAnswer, undefined> {
  progress.isRunning = true;
  let answer = emptyAnswer;
  const stream = separateParagraph(model.stream(progress.request, signal), hasText);
  const events = markOutput(stream, (event) => {
    answer = accumulate(answer, event);
  });
  for await (const event of events) {
    // The usage of all steps is emitted once, at the end.
    if (event.type === 'usage') progress.usage = addUsage(progress.usage, event.usage);
    else if (event.type !== 'message-stop') yield event;
  }
  const { stopReason } = answer;
  // As in `run-turn`: without a stop reason, the answer was cut off.
  if (stopReason === undefined) throw afterOutput(answerCutShort());
  progress.isRunning = false;
  return { ...answer, stopReason };
}

/** Starts a new paragraph if an earlier step already emitted text. */
async function* separateParagraph(
  events: AsyncIterable<StreamEvent>,
  hasText: boolean,
): AsyncGenerator<StreamEvent, void, undefined> {
  let isSeparate = !hasText;
  for await (const event of events) {
    if (event.type === 'text-delta' && !isSeparate) {
      isSeparate = true;
      yield { ...event, text: `\n\n${event.text}` };
    } else {
      yield event;
    }
  }
}

/** Returns the calls that need approval, and those that do not. */
function splitCalls(
  calls: readonly ToolUseBlock[],
  { tools }: ToolContext,
): readonly [writing: readonly ToolUseBlock[], reading: readonly ToolUseBlock[]] {
  const names = new Set(tools.filter(({ writes }) => writes).map(({ name }) => name));
  const isWriting = ({ name }: ToolUseBlock): boolean => names.has(name);
  return [calls.filter(isWriting), calls.filter((call) => !isWriting(call))];
}

function* emitResults(results: readonly ToolResultBlock[]): Generator<StreamEvent> {
  for (const [index, block] of results.entries()) yield { type: 'block', index, block };
}

function* requestApproval(calls: readonly ToolUseBlock[]): Generator<StreamEvent> {
  for (const [position, { toolUseId }] of calls.entries()) {
    const index = firstApprovalIndex + position;
    yield { type: 'block', index, block: { type: 'approval', toolUseId } };
  }
}

function* finish(stopReason: string, usage: Usage | undefined): Generator<StreamEvent> {
  yield { type: 'message-stop', stopReason };
  if (usage !== undefined) yield { type: 'usage', usage };
}
