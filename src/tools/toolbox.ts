import type { Table } from '#aws/dynamo/table.ts';
import type { Clock } from '#domain/clock.ts';
import { ChatError } from '#domain/errors.ts';
import {
  localTools,
  type OwnTool,
  type BuiltInToolSet,
  type Toolbox,
} from '#domain/model/tools.ts';
import { currentTime } from '#tools/current-time.ts';
import { openMcpServer } from '#tools/mcp-tools.ts';
import { notes } from '#tools/notes.ts';

export interface ToolboxSettings {
  /** The URLs of MCP servers, by the names used in requests. */
  readonly mcpServers: Readonly<Record<string, string>>;
}

/** The built-in tool sets. Add yours here, and its name in `src/domain/model/tools.ts`. */
function builtInTools(
  table: Table,
  clock: Clock,
): Readonly<Record<BuiltInToolSet, readonly OwnTool[]>> {
  return { time: [currentTime(clock)], notes: notes(table) };
}

/** Returns the built-in tool sets and those of MCP servers, whose client is loaded on first use. */
export function createToolbox(
  table: Table,
  { mcpServers }: ToolboxSettings,
  clock: Clock,
): Toolbox {
  const builtIn = new Map<string, readonly OwnTool[]>(Object.entries(builtInTools(table, clock)));
  return {
    async open(sets, signal) {
      const opening = await Promise.allSettled(
        sets.map(async (name) => {
          const url = Object.hasOwn(mcpServers, name) ? mcpServers[name] : undefined;
          if (url === undefined) return localTools(builtIn.get(name) ?? unknownSet(name));
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

function unknownSet(name: string): never {
  throw new ChatError('not_found', `There is no tool set ${name}.`);
}
