import { ChatError } from '#domain/errors.ts';
import { estimateTokens } from '#domain/model/estimate-tokens.ts';
import { maxSchemaTokens, type OpenTools, type OwnTool } from '#domain/model/tools.ts';
import type { McpServer, McpTool } from '#tools/mcp-client.ts';

/** A server that is slower than this is no help in a conversation. */
const timeouts = { openMs: 10_000, callMs: 30_000 };
const maxTools = 50;

/**
 * The tools of an MCP server. Their names begin with the server's; those that do not say that they
 * only read wait for a person. Throws `model_unavailable` where the server cannot be had.
 */
export async function openMcpServer(
  name: string,
  url: string,
  signal: AbortSignal,
): Promise<OpenTools> {
  const { connectMcp } = await import('#tools/mcp-client.ts');
  try {
    const server = await connectMcp(url, timeouts, signal);
    const { close } = server;
    return { tools: within(server.tools.map((tool) => toOwnTool(name, tool, server))), close };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const message = `The tools of ${name} are out of reach.`;
    throw new ChatError('model_unavailable', message, { cause: error });
  }
}

/** As many tools as a model is shown of a set. */
function within(tools: readonly OwnTool[]): readonly OwnTool[] {
  let tokens = 0;
  return tools.slice(0, maxTools).filter(({ name, description, inputSchema }) => {
    tokens += estimateTokens(JSON.stringify({ name, description, inputSchema }));
    return tokens <= maxSchemaTokens;
  });
}

function toOwnTool(serverName: string, tool: McpTool, server: McpServer): OwnTool {
  const { name, description, inputSchema, readsOnly } = tool;
  return {
    name: toolName(serverName, name),
    inputSchema,
    writes: !readsOnly,
    timeoutMs: timeouts.callMs,
    maxCalls: 10,
    ...(description === undefined ? {} : { description }),
    async run(input, { signal }) {
      const given = typeof input === 'object' && input !== null ? input : {};
      const { text, isError } = await server.call(name, given, signal);
      if (isError) throw new ChatError('invalid_request', text);
      return text;
    },
  };
}

/** Bedrock takes letters, digits, hyphens and underscores, 64 of them. */
function toolName(server: string, name: string): string {
  return `${server}__${name}`.replaceAll(/[^\w-]/gu, '_').slice(0, 64);
}
