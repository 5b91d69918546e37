import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';

/** How Node functions are debugged. AWS has neither of these. */
export interface DebugOptions {
  /** Whether stack traces name the lines of the sources, if bundles have source maps. */
  readonly sourceMaps: boolean;
  /** The port of the debugger for each function, by logical id. */
  readonly inspect: ReadonlyMap<string, number>;
}

export const noDebugging: DebugOptions = { sourceMaps: false, inspect: new Map() };

/** The port that debuggers try first. */
const defaultPort = 9_229;

/** The time to step through an invocation: the longest timeout that Lambda allows. */
const debugTimeoutMs = 900_000;

/** Parses `NAME` or `NAME=PORT` options. Throws an error that names the option. */
export function readInspect(values: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    values.map((value, index) => {
      const [, name, port] = /^([A-Za-z0-9]+)(?:=(\d{1,5}))?$/u.exec(value) ?? [];
      if (name !== undefined) return [name, Number(port ?? defaultPort + index)] as const;
      throw new Error(`--inspect: must be NAME or NAME=PORT, not ${JSON.stringify(value)}`);
    }),
  );
}

/** Returns the flags of Node for a function. */
export function nodeFlags({ sourceMaps, inspect }: DebugOptions, key: string): readonly string[] {
  const port = inspect.get(key);
  return [
    ...(sourceMaps ? ['--enable-source-maps'] : []),
    ...(port === undefined ? [] : [`--inspect=127.0.0.1:${port}`]),
  ];
}

/** Returns the function with a timeout that leaves time to debug it, if it is inspected. */
export function withDebugTimeout(
  definition: FunctionDefinition,
  { inspect }: DebugOptions,
): FunctionDefinition {
  return inspect.has(definition.key) ? { ...definition, timeoutMs: debugTimeoutMs } : definition;
}
