/** What a chat function is told by its environment variables. */
export interface ChatEnvironment {
  readonly conversationsTable: string;
  /** The models a request may name; the first is the one for requests that name none. */
  readonly models: readonly [string, ...string[]];
  /** The most tokens an answer may have, and the number asked for when a request gives none. */
  readonly maxOutputTokens: number;
  /** Whether callers without any identity are let in. */
  readonly allowAnonymous: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the environment of a chat function. Throws an error that names the variable at fault. */
export function readChatEnvironment(variables: Variables): ChatEnvironment {
  const [model, ...others] = required(variables, 'MODELS').split(',');
  const maxOutputTokens = Number(required(variables, 'MAX_OUTPUT_TOKENS'));
  if (model === undefined || model === '') throw new Error('MODELS: must name at least one model');
  if (!Number.isInteger(maxOutputTokens) || maxOutputTokens < 1) {
    throw new Error('MAX_OUTPUT_TOKENS: must be a whole number above 0');
  }
  return {
    conversationsTable: readConversationsTable(variables),
    models: [model, ...others],
    maxOutputTokens,
    allowAnonymous: variables['ALLOW_ANONYMOUS'] === 'true',
  };
}

export function readConversationsTable(variables: Variables): string {
  return required(variables, 'CONVERSATIONS_TABLE');
}

function required(variables: Variables, name: string): string {
  const value = variables[name];
  if (value === undefined || value === '') throw new Error(`${name}: must be set`);
  return value;
}
