import type { Tool } from '#domain/model/model.ts';

/** A tool that Streambed runs itself when a model calls it. */
export interface OwnTool extends Tool {
  /** Whether it changes anything. If so, a person must approve each call. */
  readonly writes: boolean;
  /** The maximum duration of a call. */
  readonly timeoutMs: number;
  /** The maximum number of calls in a turn. */
  readonly maxCalls: number;
  /**
   * Returns the result as text for the model. The message of a `ChatError` that it throws goes to
   * the model, too; of any other error the model learns only that the tool failed.
   */
  run(input: unknown, call: ToolCall): Promise<string>;
}

export interface ToolCall {
  readonly owner: string;
  /** Aborted when the call takes too long or the turn must end. */
  readonly signal: AbortSignal;
}

/** The tool sets that every deployment has (`src/tools/toolbox.ts`). */
export const builtInToolSets = ['time', 'notes'] as const;

export type BuiltInToolSet = (typeof builtInToolSets)[number];

/** Opens tool sets by the names that requests use. */
export interface Toolbox {
  /** Opens some tool sets. Throws `model_unavailable` if one cannot be opened. */
  open(sets: readonly string[], signal: AbortSignal): Promise<OpenTools>;
}

export interface OpenTools {
  readonly tools: readonly OwnTool[];
  /** Releases the connections behind the tools. No tool is called afterwards. Never throws. */
  close(): Promise<void>;
}

/** Returns tools that need no connection. */
export function localTools(tools: readonly OwnTool[]): OpenTools {
  return { tools, close: () => Promise.resolve() };
}

/** A person's decision on a tool call that waits for approval. */
export interface Decision {
  readonly toolUseId: string;
  readonly isApproved: boolean;
}

/** How a request uses Streambed's own tools. */
export interface ToolUse {
  /** The names of the tool sets. */
  readonly sets: readonly string[];
  /** Whether a person can approve a call; possible only in a conversation. */
  readonly canAsk: boolean;
}

/** Returns the idempotency key of the decision on a turn's calls, of which there is only one. */
export function approvalKey(turnId: string): string {
  return `approve.${turnId}`;
}

/** How often a model is asked in one turn, with tool calls in between. */
export const maxToolSteps = 5;

/** The maximum of a tool's result that the model is shown, in characters. */
export const maxResultCharacters = 8_000;

/** The approximate maximum size of a tool set's schemas, in tokens. */
export const maxSchemaTokens = 15_000;

/** How many calls of one step are executed; further ones get an error as their result. */
export const maxConcurrentCalls = 4;

/** The stop reason of a turn that waits for approval. */
export const approvalRequired = 'approval_required';
