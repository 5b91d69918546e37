import { setTimeout as wait } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/*
 * A bundle of its own, loaded when it is needed: it must share no class with the rest, for there
 * would be two of it.
 */

export interface McpServer {
  readonly tools: readonly McpTool[];
  /** What a tool gives, in words. Throws where the server does not answer in order. */
  call(name: string, input: object, signal: AbortSignal): Promise<McpResult>;
  /** Ends the session. Never throws. */
  close(): Promise<void>;
}

export interface McpTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: object;
  /** Whether the server says that it changes nothing. */
  readonly readsOnly: boolean;
}

export interface McpResult {
  readonly text: string;
  readonly isError: boolean;
}

/** The end of an answer does not wait longer for a server to have heard of it. */
const closeMs = 1_000;

export interface McpTimeouts {
  /** For all that comes before a call. */
  readonly openMs: number;
  readonly callMs: number;
}

/** An MCP server over HTTP, whichever of its protocol's generations it speaks. */
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
  const timely = { signal, timeout: openMs };
  const { tools } = await client
    .connect(transport, timely)
    .then(() => client.listTools({}, timely))
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
      const asked = { name, arguments: Object.fromEntries(Object.entries(input)) };
      const result = await client.callTool(asked, { signal: callSignal, timeout: callMs });
      return { text: wordsOf(result), isError: result.isError === true };
    },
  };
}

/** What a model can read of a result. */
function wordsOf({ content, structuredContent }: Awaited<ReturnType<Client['callTool']>>): string {
  const texts = content.map((part) =>
    part.type === 'text' ? part.text : `(${part.type}, which cannot be shown here)`,
  );
  if (texts.length > 0) return texts.join('\n');
  return structuredContent === undefined ? '(nothing)' : JSON.stringify(structuredContent);
}
