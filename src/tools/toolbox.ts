import { createDocumentClient, type Table } from '#aws/dynamo-table.ts';
import type { TableEnvironment } from '#aws/environment.ts';
import type { Clock } from '#domain/clock.ts';
import { ChatError } from '#domain/errors.ts';
import type { OwnTool, OwnToolSet, Toolbox } from '#domain/tools.ts';
import { currentTime } from '#tools/current-time.ts';
import { openMcpServer } from '#tools/mcp-tools.ts';
import { notes } from '#tools/notes.ts';

export interface ToolboxSettings extends TableEnvironment {
  /** The URLs of MCP servers, by the names that requests have for them. */
  readonly mcpServers: Readonly<Record<string, string>>;
}

/** The sets of tools that are ours. Add yours here, and its name in `src/domain/tools.ts`. */
function ownTools(table: Table, clock: Clock): Readonly<Record<OwnToolSet, readonly OwnTool[]>> {
  return { time: [currentTime(clock)], notes: notes(table) };
}

/** Tools of ours, and those of MCP servers, whose client is loaded with the first use of one. */
export function createToolbox(
  { conversationsTable: tableName, mcpServers }: ToolboxSettings,
  clock: Clock,
): Toolbox {
  const own = new Map<string, readonly OwnTool[]>(
    Object.entries(ownTools({ client: createDocumentClient(), tableName }, clock)),
  );
  return {
    async open(sets, signal) {
      const tools = await Promise.all(
        sets.map(async (name) => {
          const url = Object.hasOwn(mcpServers, name) ? mcpServers[name] : undefined;
          if (url === undefined) return own.get(name) ?? unknown(name);
          return openMcpServer(name, url, signal);
        }),
      );
      return tools.flat();
    },
  };
}

function unknown(name: string): never {
  throw new ChatError('not_found', `There is no set of tools ${name}.`);
}
