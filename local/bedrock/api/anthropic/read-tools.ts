import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { definedTools, type DefinedTool } from '#local/bedrock/api/anthropic/defined-tools.ts';
import { cacheControl } from '#local/bedrock/api/anthropic/cache-control.ts';
import type { ServerTool, Tool } from '#local/bedrock/turn/turn.ts';
import { boolean, integer, object, string, structure, type Shaped } from '#local/wire/shape.ts';

/** A tool of Anthropic's format. Which members it needs depends on its type. */
export const toolShape = structure(
  { name: string({ min: 1 }) },
  {
    cache_control: cacheControl,
    type: string(),
    description: string(),
    input_schema: object,
    defer_loading: boolean,
    display_width_px: integer({ min: 1 }),
    display_height_px: integer({ min: 1 }),
  },
);

type WireTool = Shaped<typeof toolShape>;

export interface ToolOrigin {
  /** Whether Anthropic's own API is called, which runs more tools than Bedrock's. */
  readonly isAnthropicApi: boolean;
  readonly betas: readonly string[];
}

/** The tools of a request: those that the caller runs, and those that the service runs. */
export interface ReadTools {
  readonly tools: readonly Tool[];
  readonly serverTools: readonly ServerTool[];
}

/** Reads the tools of a request. Throws the errors of Anthropic's models. */
export function readTools(wireTools: readonly WireTool[], origin: ToolOrigin): ReadTools {
  const tools: Tool[] = [];
  const serverTools: ServerTool[] = [];
  for (const [index, wireTool] of wireTools.entries()) {
    const { type = 'custom', name, description = '', input_schema: inputSchema } = wireTool;
    const isDeferred = wireTool.defer_loading === true;
    if (type === 'custom') {
      if (inputSchema === undefined) throw missing(index, type, 'input_schema');
      tools.push({ name, description, inputSchema, isDeferred });
      continue;
    }
    const defined = findTool(type, index, origin);
    checkDefined(defined, wireTool, index, type);
    if (defined.inputSchema === undefined) serverTools.push({ type, name });
    else
      tools.push({
        name,
        description: defined.description,
        inputSchema: defined.inputSchema,
        isDeferred,
      });
  }
  return { tools, serverTools };
}

function findTool(type: string, index: number, origin: ToolOrigin): DefinedTool {
  const isKnown = ([, { isAnthropicOnly, beta }]: readonly [string, DefinedTool]): boolean =>
    (origin.isAnthropicApi || isAnthropicOnly !== true) &&
    (beta === undefined || origin.betas.includes(beta));
  const known = Object.entries(definedTools).filter(isKnown);
  const found = known.find(([name]) => name === type);
  if (found !== undefined) return found[1];
  const tags = [...known.map(([name]) => name), 'custom'].toSorted().map((name) => `'${name}'`);
  throw invalid(
    `tools.${index}: Input tag '${type}' found using 'type' does not match any of the expected ` +
      `tags: ${tags.join(', ')}`,
  );
}

function checkDefined(
  { name, required = [] }: DefinedTool,
  tool: WireTool,
  index: number,
  type: string,
): void {
  if (tool.name !== name) {
    throw invalid(`tools.${index}.${type}.name: Input should be '${name}'`);
  }
  const absent = required.find((member) => tool[member] === undefined);
  if (absent !== undefined) throw missing(index, type, absent);
}

function missing(index: number, type: string, member: string): Error {
  return invalid(`tools.${index}.${type}.${member}: Field required`);
}
