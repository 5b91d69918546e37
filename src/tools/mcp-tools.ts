import { ChatError } from '#domain/errors.ts';
import { estimateTokens } from '#domain/model/estimate-tokens.ts';
import { maxSchemaTokens, type OpenTools, type OwnTool } from '#domain/model/tools.ts';
import type { McpServer, McpTool } from '#tools/mcp-client.ts';

/** A slower server is of no use in a conversation. */
const timeouts = { openMs: 10_000, callMs: 30_000 };
const maxTools = 50;

/**
 * Opens the tools of an MCP server. Their names begin with the name of the server. Only tools that
 * the server declares as read-only run without approval. Throws `model_unavailable` if the server
 * cannot be reached.
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
    return { tools: limitTools(server.tools.map((tool) => toOwnTool(name, tool, server))), close };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const message = `The tools of ${name} cannot be reached.`;
    throw new ChatError('model_unavailable', message, { cause: error });
  }
}

/** Returns the first tools of a set, up to the limits on number and schema size. */
function limitTools(tools: readonly OwnTool[]): readonly OwnTool[] {
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
      const args = typeof input === 'object' && input !== null ? input : {};
      const { text, isError } = await server.call(name, args, signal);
      if (isError) throw new ChatError('invalid_request', text);
      return text;
    },
  };
}

/** Bedrock accepts up to 64 letters, digits, hyphens and underscores. */
function toolName(server: string, name: string): string {
  return `${server}__${name}`.replaceAll(/[^\w-]/gu, '_').slice(0, 64);
}
