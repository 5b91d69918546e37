import { setTimeout as wait } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/*
 * This file is a separate bundle, which is loaded on first use. It must not share classes with the
 * other code, because each bundle has its own copy of a class.
 */

/** An open session with an MCP server. */
export interface McpServer {
  readonly tools: readonly McpTool[];
  /** Returns the result of a tool as text. Throws if the server does not respond correctly. */
  call(name: string, input: object, signal: AbortSignal): Promise<McpResult>;
  /** Ends the session. Never throws. */
  close(): Promise<void>;
}

/** A tool that a server lists. */
export interface McpTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: object;
  /** Whether the server declares that the tool changes nothing. */
  readonly readsOnly: boolean;
}

/** The result of a tool call. */
export interface McpResult {
  readonly text: string;
  readonly isError: boolean;
}

/** The maximum wait for a server to confirm the end of its session. */
const closeMs = 1_000;

/** Timeouts of the requests to a server, in milliseconds. */
export interface McpTimeouts {
  /** The timeout of each request before the first call. */
  readonly openMs: number;
  readonly callMs: number;
}

/** Connects to an MCP server over HTTP and lists its tools. The protocol version is negotiated. */
export async function connectMcp(
  url: string,
  { openMs, callMs }: McpTimeouts,
  signal: AbortSignal,
): Promise<McpServer> {
  const client = new Client(
    { name: 'streambed', version: '0.1.0' },
    { versionNegotiation: { mode: 'auto' } },
  );
  const transport = new StreamableHTTPClientTransport(new URL(url));
  const close = async (): Promise<void> => {
    const ended = transport.terminateSession().catch(() => undefined);
    await Promise.race([ended, wait(closeMs, undefined, { ref: false })]);
    await client.close().catch(() => undefined);
  };
  const options = { signal, timeout: openMs };
  const { tools } = await client
    .connect(transport, options)
    .then(() => client.listTools({}, options))
    .catch(async (error: unknown) => {
      await close();
      throw error;
    });
  return {
    close,
    tools: tools.map(({ name, description, inputSchema, annotations }) => ({
      name,
      description,
      inputSchema,
      readsOnly: annotations?.readOnlyHint === true,
    })),
    async call(name, input, callSignal) {
      const request = { name, arguments: Object.fromEntries(Object.entries(input)) };
      const result = await client.callTool(request, { signal: callSignal, timeout: callMs });
      return { text: toText(result), isError: result.isError === true };
    },
  };
}

/** Returns the parts of a result that a model can read. */
function toText({ content, structuredContent }: Awaited<ReturnType<Client['callTool']>>): string {
  const texts = content.map((part) =>
    part.type === 'text' ? part.text : `(${part.type}, which cannot be shown here)`,
  );
  if (texts.length > 0) return texts.join('\n');
  return structuredContent === undefined ? '(nothing)' : JSON.stringify(structuredContent);
}
