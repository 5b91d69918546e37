import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { definedTools, type DefinedTool } from '#local/bedrock/api/anthropic/defined-tools.ts';
import { cacheControl } from '#local/bedrock/api/anthropic/cache-control.ts';
import type { ServerTool, Tool } from '#local/bedrock/turn/turn.ts';
import {
  boolean,
  closedStructure,
  integer,
  isRecord,
  object,
  string,
  structure,
  type Shape,
  type Shaped,
} from '#local/wire/shape.ts';

const required = { name: string({ min: 1 }) };

const optional = {
  cache_control: cacheControl,
  type: string(),
  description: string(),
  input_schema: object,
  defer_loading: boolean,
  strict: boolean,
};

const definedTool = structure(required, {
  ...optional,
  display_width_px: integer({ min: 1 }),
  display_height_px: integer({ min: 1 }),
});

type WireTool = Shaped<typeof definedTool>;

/**
 * Returns the shape of a tool in Anthropic's format, with the members that only some API takes. Its
 * type is a part of the paths of problems. Of the tools that Anthropic defines, all members pass.
 */
export function createToolShape(more: object): Shape<WireTool> {
  const own = closedStructure(required, { ...optional, ...more });
  return (value, path, problems) => {
    const type = isRecord(value) && typeof value['type'] === 'string' ? value['type'] : 'custom';
    return (type === 'custom' ? own : definedTool)(value, [...path, type], problems);
  };
}

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
      tools.push({ name, description, inputSchema, isDeferred, isStrict: wireTool.strict });
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
  { name, required: needed = [] }: DefinedTool,
  tool: WireTool,
  index: number,
  type: string,
): void {
  if (tool.name !== name) {
    throw invalid(`tools.${index}.${type}.name: Input should be '${name}'`);
  }
  const absent = needed.find((member) => tool[member] === undefined);
  if (absent !== undefined) throw missing(index, type, absent);
}

function missing(index: number, type: string, member: string): Error {
  return invalid(`tools.${index}.${type}.${member}: Field required`);
}
