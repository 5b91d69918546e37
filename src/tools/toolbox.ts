import { createDocumentClient, type Table } from '#aws/dynamo/table.ts';
import type { TableEnvironment } from '#aws/composition/environment.ts';
import type { Clock } from '#domain/clock.ts';
import { ChatError } from '#domain/errors.ts';
import { freeTools, type OwnTool, type OwnToolSet, type Toolbox } from '#domain/model/tools.ts';
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
      const opening = await Promise.allSettled(
        sets.map(async (name) => {
          const url = Object.hasOwn(mcpServers, name) ? mcpServers[name] : undefined;
          if (url === undefined) return freeTools(own.get(name) ?? unknown(name));
          return openMcpServer(name, url, signal);
        }),
      );
      const open = opening.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      const close = async (): Promise<void> => {
        await Promise.all(open.map((one) => one.close()));
      };
      const failed = opening.find((one) => one.status === 'rejected');
      if (failed !== undefined) {
        await close();
        throw failed.reason;
      }
      return { tools: open.flatMap(({ tools }) => tools), close };
    },
  };
}

function unknown(name: string): never {
  throw new ChatError('not_found', `There is no set of tools ${name}.`);
}
