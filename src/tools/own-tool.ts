import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { ChatError } from '#domain/errors.ts';
import { parseJson } from '#domain/json.ts';
import type { OwnTool, ToolCall } from '#domain/model/tools.ts';

interface Definition<Input extends v.GenericSchema> {
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  /** Whether the tool changes anything. A person must then approve each call. True if in doubt. */
  readonly writes: boolean;
  readonly timeoutMs?: number;
  readonly maxCalls?: number;
  run(input: v.InferOutput<Input>, call: ToolCall): Promise<string>;
}

/**
 * Returns a tool with an input schema. The model gets the schema as JSON Schema. A call with other
 * input throws `invalid_request`, whose message goes to the model. An integer that a number cannot
 * hold is a BigInt (`v.bigint()`).
 */
export function ownTool<Input extends v.GenericSchema>(definition: Definition<Input>): OwnTool {
  const { name, description, input, writes, timeoutMs = 5_000, maxCalls = 5 } = definition;
  const { $schema: _, ...inputSchema } = toJsonSchema(input, { errorMode: 'ignore' });
  return {
    name,
    description,
    inputSchema,
    writes,
    timeoutMs,
    maxCalls,
    run(value, call) {
      const result = v.safeParse(input, withNumbers(value));
      if (result.success) return definition.run(result.output, call);
      const [issue] = result.issues;
      const path = v.getDotPath(issue) ?? 'input';
      throw new ChatError('invalid_request', `${path}: ${issue.message}`);
    },
  };
}

/** Returns JSON with JavaScript's own numbers. */
function withNumbers(value: unknown): unknown {
  return value === undefined ? undefined : parseJson(JSON.stringify(value), toNumber);
}

function toNumber(source: string): bigint | number {
  return /^-?\d+$/u.test(source) ? BigInt(source) : Number(source);
}
