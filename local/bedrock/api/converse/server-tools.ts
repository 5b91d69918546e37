import type { ServerToolBlock, ServerToolOutput } from '#local/bedrock/turn/answer.ts';

/** Returns a block of a server tool, in the form that Nova's web grounding and code interpreter have. */
export function toServerToolBlock(block: ServerToolBlock): object {
  const { name } = block;
  const toolUseId = toToolUseId(block.toolUseId);
  if (block.type === 'use') {
    return { toolUse: { input: block.input, name, toolUseId, type: 'server_tool_use' } };
  }
  const { content, status, type } = resultOf(block);
  return { toolResult: { content, status, toolUseId, type } };
}

/** Returns the result of a server tool: what it is, whether it succeeded, and its content. */
export function resultOf({ name, output }: Extract<ServerToolBlock, { type: 'result' }>): {
  readonly content: readonly { readonly text: string }[];
  readonly status: string;
  readonly type: string;
} {
  const isError = output.type === 'code' && output.exitCode !== 0;
  return {
    content: [{ text: toText(output) }],
    status: isError ? 'error' : 'success',
    type: `${name}_result`,
  };
}

/** What a web search found is hidden in real answers. Code has its output as JSON. */
function toText(output: ServerToolOutput): string {
  if (output.type === 'web-search') return '[HIDDEN]';
  if (output.type === 'tool-search') return JSON.stringify(output.names);
  const { exitCode, stderr: stdErr, stdout: stdOut } = output;
  return JSON.stringify({ stdOut, stdErr, exitCode, isError: exitCode !== 0 });
}

/**
 * Adds Converse's prefix `tooluse_` to simulated ids. Ids of scenarios and upstreams stay as is.
 */
export function toToolUseId(id: string): string {
  return /^[a-zA-Z0-9]{22}$/u.test(id) ? `tooluse_${id}` : id;
}
