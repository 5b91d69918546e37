import { cutText } from '#domain/text.ts';
import { ChatError } from '#domain/errors.ts';
import type { ToolResultBlock, ToolUseBlock } from '#domain/conversation/message.ts';
import { maxConcurrentCalls, maxResultCharacters, type OwnTool } from '#domain/model/tools.ts';

export interface ToolContext {
  readonly tools: readonly OwnTool[];
  readonly owner: string;
  readonly signal: AbortSignal;
  /** How often each tool was called in this turn; counted on here. */
  readonly counts: Map<string, number>;
}

/** Makes the calls that a model asked for, all at once. A call that fails is a result that says so. */
export function callTools(
  calls: readonly ToolUseBlock[],
  calling: ToolContext,
): Promise<readonly ToolResultBlock[]> {
  return Promise.all(
    calls.map(async (call, index): Promise<ToolResultBlock> => {
      const { toolUseId } = call;
      try {
        if (index >= maxConcurrentCalls)
          throw refusal(`At most ${maxConcurrentCalls} calls at once.`);
        const text = await callTool(call, calling);
        return { type: 'tool-result', toolUseId, text: shortened(text) };
      } catch (error) {
        if (calling.signal.aborted) throw calling.signal.reason;
        const text = error instanceof ChatError ? error.message : 'The tool failed.';
        return { type: 'tool-result', toolUseId, text: shortened(text), isError: true };
      }
    }),
  );
}

/** What a model is told of a call that a person did not allow. */
export function refusedCall({ toolUseId }: ToolUseBlock): ToolResultBlock {
  const text = 'The user did not allow this call.';
  return { type: 'tool-result', toolUseId, text, isError: true };
}

/** What a model is told of a call that waits for a person where nobody can be asked. */
export function unaskedCall({ toolUseId }: ToolUseBlock): ToolResultBlock {
  const text = 'This call needs the word of a person, who can be asked only in a conversation.';
  return { type: 'tool-result', toolUseId, text, isError: true };
}

async function callTool(
  { name, inputJson }: ToolUseBlock,
  { tools, owner, signal, counts }: ToolContext,
): Promise<string> {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) throw refusal(`There is no tool ${name}.`);
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  if (count > tool.maxCalls) {
    throw refusal(`${name} may be called ${tool.maxCalls} times in a turn, and was.`);
  }
  const input = inputOf(inputJson);
  const limit = AbortSignal.timeout(tool.timeoutMs);
  const both = AbortSignal.any([signal, limit]);
  try {
    return await Promise.race([tool.run(input, { owner, signal: both }), aborted(both)]);
  } catch (error) {
    throw limit.aborted ? refusal(`${name} took longer than ${tool.timeoutMs} ms.`) : error;
  }
}

/** A tool that does not heed its signal is not waited for. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function inputOf(json: string): unknown {
  try {
    return JSON.parse(json === '' ? '{}' : json);
  } catch {
    throw refusal('The input is not valid JSON.');
  }
}

/** As much of a result as is shown and kept. */
export function shortened(text: string): string {
  if (text.length <= maxResultCharacters) return text;
  const [shown] = cutText(text, maxResultCharacters);
  return `${shown}\n(The rest of ${text.length} characters is left out.)`;
}

function refusal(message: string): ChatError {
  return new ChatError('invalid_request', message);
}
