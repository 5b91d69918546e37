import type { Tool } from '#domain/model/model.ts';

/** A tool that we call ourselves when a model asks for it. */
export interface OwnTool extends Tool {
  /** Whether it changes anything: then a person is asked first. */
  readonly writes: boolean;
  /** How long a call may take. */
  readonly timeoutMs: number;
  /** How often it may be called in a turn. */
  readonly maxCalls: number;
  /**
   * What the call gives, for the model to read. Throws a `ChatError` whose message the model may
   * read, too; of any other error it is told nothing but that it was one.
   */
  run(input: unknown, call: ToolCall): Promise<string>;
}

export interface ToolCall {
  readonly owner: string;
  /** Aborted when the call has taken too long, or the turn must end. */
  readonly signal: AbortSignal;
}

/** The sets of tools that every deployment has (`src/tools/toolbox.ts`). */
export const ownToolSets = ['time', 'notes'] as const;

export type OwnToolSet = (typeof ownToolSets)[number];

/** Where tools are found by the names of their sets, which requests have. */
export interface Toolbox {
  /** The tools of some sets. Throws `model_unavailable` where one cannot be had. */
  open(sets: readonly string[], signal: AbortSignal): Promise<OpenTools>;
}

export interface OpenTools {
  readonly tools: readonly OwnTool[];
  /** Lets go of what holds the tools: none is called any more. Never throws. */
  close(): Promise<void>;
}

/** Tools that nothing has to be held for. */
export function freeTools(tools: readonly OwnTool[]): OpenTools {
  return { tools, close: () => Promise.resolve() };
}

/** A person's word on a call that a tool waits with. */
export interface Decision {
  readonly toolUseId: string;
  readonly isApproved: boolean;
}

/** How a request uses tools of ours. */
export interface ToolUse {
  readonly owner: string;
  /** The names of the sets. */
  readonly sets: readonly string[];
  /** Whether a person can be asked: only a conversation can be come back to. */
  readonly canAsk: boolean;
}

/** The key of the request that decides on what waits in a turn: there is one decision. */
export function approvalKey(turnId: string): string {
  return `approve.${turnId}`;
}

/** How often a model is asked in a turn, its calls and their results between. */
export const maxToolSteps = 5;

/** What a model is given of one call at most. */
export const maxResultCharacters = 8_000;

/** About how many tokens the schemas of a set of tools are at most. */
export const maxSchemaTokens = 15_000;

/** How many calls of one step are made; the others are told that they were too many. */
export const maxConcurrentCalls = 4;

/** Why a turn ended that waits for a person. */
export const approvalRequired = 'approval_required';
