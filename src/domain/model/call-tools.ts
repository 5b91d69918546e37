import type { ToolResultBlock, ToolUseBlock } from '#domain/conversation/message.ts';
import { ChatError } from '#domain/errors.ts';
import { observeCall } from '#domain/operation/observe.ts';
import type { OperationListener } from '#domain/operation/operation.ts';
import {
  maxConcurrentCalls,
  maxResultCharacters,
  type OwnTool,
  type ToolCall,
} from '#domain/model/tools.ts';
import { splitText } from '#domain/text.ts';
import { parseExactJson } from '#domain/json.ts';

/** What the tool calls of one turn share. */
export interface ToolContext {
  readonly tools: readonly OwnTool[];
  readonly owner: string;
  readonly signal: AbortSignal;
  /** How often each tool was called in this turn; `callTools` adds to it. */
  readonly counts: Map<string, number>;
  readonly observer?: OperationListener | undefined;
}

/** Executes tool calls in parallel. A call that fails returns a result with its error. */
export function callTools(
  calls: readonly ToolUseBlock[],
  context: ToolContext,
): Promise<readonly ToolResultBlock[]> {
  return Promise.all(
    calls.map(async (call, index): Promise<ToolResultBlock> => {
      const { toolUseId } = call;
      try {
        if (index >= maxConcurrentCalls)
          throw refusal(`At most ${maxConcurrentCalls} calls at once.`);
        const text = await callTool(call, context);
        return { type: 'tool-result', toolUseId, text: shortenResult(text) };
      } catch (error) {
        if (context.signal.aborted) throw context.signal.reason;
        const text = error instanceof ChatError ? error.message : 'The tool failed.';
        return { type: 'tool-result', toolUseId, text: shortenResult(text), isError: true };
      }
    }),
  );
}

/** Returns the result of a call that a person denied. */
export function deniedCall({ toolUseId }: ToolUseBlock): ToolResultBlock {
  const text = 'The user did not allow this call.';
  return { type: 'tool-result', toolUseId, text, isError: true, isDenied: true };
}

/** Returns the result of a call that needs approval where no person can be asked. */
export function unapprovableCall({ toolUseId }: ToolUseBlock): ToolResultBlock {
  const text =
    'This call needs the approval of a person, which is possible only in a conversation.';
  return { type: 'tool-result', toolUseId, text, isError: true };
}

async function callTool(
  { name, toolUseId, inputJson }: ToolUseBlock,
  { tools, owner, signal, counts, observer }: ToolContext,
): Promise<string> {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) throw refusal(`There is no tool ${name}.`);
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  if (count > tool.maxCalls) {
    throw refusal(`${name} was already called ${tool.maxCalls} times, the limit for one turn.`);
  }
  const input = parseInput(inputJson);
  const run = (): Promise<string> => runTool(tool, input, { owner, signal });
  return observeCall(observer, { type: 'tool-call', tool: name, toolUseId }, run, signal);
}

async function runTool(
  tool: OwnTool,
  input: unknown,
  { owner, signal }: ToolCall,
): Promise<string> {
  const timeout = AbortSignal.timeout(tool.timeoutMs);
  const either = AbortSignal.any([signal, timeout]);
  try {
    return await Promise.race([tool.run(input, { owner, signal: either }), rejectOnAbort(either)]);
  } catch (error) {
    throw timeout.aborted ? refusal(`${tool.name} took longer than ${tool.timeoutMs} ms.`) : error;
  }
}

/** A tool that ignores its signal is not waited for. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function parseInput(json: string): unknown {
  try {
    return parseExactJson(json === '' ? '{}' : json);
  } catch {
    throw refusal('The input is not valid JSON.');
  }
}

/** Returns the part of a tool's result that the model is shown and that is stored. */
export function shortenResult(text: string): string {
  if (text.length <= maxResultCharacters) return text;
  const [shown] = splitText(text, maxResultCharacters);
  return `${shown}\n(Shortened: the whole result has ${text.length} characters.)`;
}

function refusal(message: string): ChatError {
  return new ChatError('invalid_request', message);
}
