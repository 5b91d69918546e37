import { emptyAnswer, toMessage } from '#domain/conversation/accumulate.ts';
import type {
  ContentBlock,
  Message,
  ToolResultBlock,
  ToolUseBlock,
} from '#domain/conversation/message.ts';
import { replayBlock } from '#domain/conversation/replay-block.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import { toModelMessages } from '#domain/conversation/turn.ts';
import { invalidRequest } from '#domain/errors.ts';
import { callTools, deniedCall, type ToolContext } from '#domain/model/call-tools.ts';
import type { PendingAnswer } from '#domain/model/model.ts';

/**
 * Emits an answer that waited for approval and the results of its calls: approved ones are made,
 * others denied. Returns all of it as messages for the model. Throws `invalid_request` if a tool
 * of an approved call is not offered; then no call has been made.
 */
export async function* resumeAnswer(
  pending: PendingAnswer,
  context: ToolContext,
): AsyncGenerator<StreamEvent, readonly Message[], undefined> {
  const { content } = pending;
  const approved = approvedCalls(pending);
  assertOffered(approved, context);
  yield* replay(content);
  const results = await resolveCalls(content, approved, context);
  for (const [index, block] of results.entries()) yield { type: 'block', index, block };
  return toModelMessages(toMessage({ ...emptyAnswer, content: [...content, ...results] }));
}

/** The request that approves may be repeated with the right tools: nothing has happened yet. */
function assertOffered(approved: readonly ToolUseBlock[], { tools }: ToolContext): void {
  const names = new Set(tools.map(({ name }) => name));
  const missing = approved.find(({ name }) => !names.has(name));
  if (missing === undefined) return;
  throw invalidRequest('tools', `must include the tool set that provides ${missing.name}`);
}

function approvedCalls({ content, decisions }: PendingAnswer): readonly ToolUseBlock[] {
  const ids = new Set(
    decisions.flatMap(({ toolUseId, isApproved }) => (isApproved ? [toolUseId] : [])),
  );
  return callsIn(content).filter(({ toolUseId }) => ids.has(toolUseId));
}

function callsIn(content: readonly ContentBlock[]): readonly ToolUseBlock[] {
  return content.filter((block) => block.type === 'tool-use');
}

function* replay(content: readonly ContentBlock[]): Generator<StreamEvent> {
  yield { type: 'message-start' };
  for (const [index, block] of content.entries()) {
    if (block.type !== 'approval') yield* replayBlock(block, index);
  }
  yield { type: 'message-stop', stopReason: 'tool_use' };
}

async function resolveCalls(
  content: readonly ContentBlock[],
  approved: readonly ToolUseBlock[],
  context: ToolContext,
): Promise<readonly ToolResultBlock[]> {
  const finished = new Set(
    content.flatMap((block) => (block.type === 'tool-result' ? [block.toolUseId] : [])),
  );
  const open = callsIn(content).filter(({ toolUseId }) => !finished.has(toolUseId));
  const denied = open.filter((call) => !approved.includes(call)).map(deniedCall);
  const allowed = open.filter((call) => approved.includes(call));
  return [...denied, ...(await callTools(allowed, context))];
}
