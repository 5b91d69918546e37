import { staysWithin, type FallbackChains } from '#domain/model/fallbacks.ts';
import type { SpendingLimits } from '#domain/spending/ledger.ts';

/** The table that everything is kept in. */
export interface TableEnvironment {
  readonly conversationsTable: string;
}

/** Where turns are kept. */
export interface StoreEnvironment extends TableEnvironment {
  /** The bucket for answers that are too large for the table. */
  readonly answersBucket: string;
}

/** What a function that knows what owners spend is told by its environment variables. */
export interface LedgerEnvironment extends TableEnvironment {
  readonly limits: SpendingLimits;
}

/** Which models a function may ask, and for how much. */
export interface ModelsEnvironment {
  /** The models a request may name; the first is the one for requests that name none. */
  readonly models: readonly [string, ...string[]];
  /** The most tokens an answer may have, and the number asked for when a request gives none. */
  readonly maxOutputTokens: number;
}

/** What a chat function is told by its environment variables. */
export interface ChatEnvironment
  extends StoreEnvironment, LedgerEnvironment, ModelsEnvironment, KnowledgeEnvironment {
  /** Who answers in the place of a model that is not there. */
  readonly fallbacks: FallbackChains;
  /** About how many tokens of what was said before the model is shown at most. */
  readonly maxHistoryTokens: number;
  /** Whether callers without any identity are let in. */
  readonly allowAnonymous: boolean;
  /** Agents by their names: a runtime's ARN, or `AGENTID/ALIASID`. */
  readonly agents: Readonly<Record<string, string>>;
  /** The URLs of MCP servers by their names. */
  readonly mcpServers: Readonly<Record<string, string>>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the environment of a chat function. Throws an error that names the variable at fault. */
export function readChatEnvironment(variables: Variables): ChatEnvironment {
  const models = readModels(variables);
  return {
    ...readStoreEnvironment(variables),
    ...readLedgerEnvironment(variables),
    ...models,
    fallbacks: readFallbacks(variables['MODEL_FALLBACKS'] ?? '', models.models),
    maxHistoryTokens: count(variables, 'MAX_HISTORY_TOKENS'),
    allowAnonymous: variables['ALLOW_ANONYMOUS'] === 'true',
    ...readKnowledgeEnvironment(variables),
    agents: readNamed(variables, 'AGENTS'),
    mcpServers: readNamed(variables, 'MCP_SERVERS'),
  };
}

/** Which documents can be searched. */
export interface KnowledgeEnvironment {
  /** The ids of knowledge bases, by the names that requests have for them. */
  readonly knowledgeBases: Readonly<Record<string, string>>;
  /** The attribute of a document that says whose it is; undefined where all may see all. */
  readonly ownerAttribute: string | undefined;
}

/** Reads which documents can be searched. Throws an error that names the variable at fault. */
export function readKnowledgeEnvironment(variables: Variables): KnowledgeEnvironment {
  const ownerAttribute = variables['KNOWLEDGE_OWNER_ATTRIBUTE'] ?? '';
  return {
    knowledgeBases: readNamed(variables, 'KNOWLEDGE_BASES'),
    ownerAttribute: ownerAttribute === '' ? undefined : ownerAttribute,
  };
}

/** Names and what they stand for are written `a=1,b=2`; there may be none. */
function readNamed(variables: Variables, name: string): Readonly<Record<string, string>> {
  const entries = (variables[name] ?? '').split(',').filter((entry) => entry !== '');
  const named = entries.map((entry) => {
    const [, key, value] = /^([\w-]{1,64})=(\S+)$/u.exec(entry) ?? [];
    if (key === undefined || value === undefined) throw new Error(`${name}: must be a=1,b=2`);
    return [key, value] as const;
  });
  return Object.fromEntries(named);
}

/** What the LangChain function is told by its environment variables. */
export interface LangChainEnvironment extends LedgerEnvironment, ModelsEnvironment {
  /** The table of LangChain's histories. */
  readonly historyTable: string;
  /** Where the model is, which may be elsewhere than the function. */
  readonly modelRegion: string;
}

/** Reads the environment of the LangChain function. Throws an error that names the variable at fault. */
export function readLangChainEnvironment(variables: Variables): LangChainEnvironment {
  return {
    ...readInvokeEnvironment(variables),
    historyTable: required(variables, 'HISTORY_TABLE'),
    modelRegion: required(variables, 'MODEL_REGION'),
  };
}

/** Reads the environment of the invoke function. Throws an error that names the variable at fault. */
export function readInvokeEnvironment(variables: Variables): LedgerEnvironment & ModelsEnvironment {
  return { ...readLedgerEnvironment(variables), ...readModels(variables) };
}

/** What functions are told that put callbacks into their queue, or take them from there. */
export interface CallbackEnvironment {
  readonly callbackQueue: string;
  /** Whether callbacks may go to this machine over plain HTTP. */
  readonly allowsLoopback: boolean;
}

/** Reads how callbacks are sent. Throws an error that names the variable at fault. */
export function readCallbackEnvironment(variables: Variables): CallbackEnvironment {
  return {
    callbackQueue: required(variables, 'CALLBACK_QUEUE'),
    allowsLoopback: variables['LOOPBACK_CALLBACKS'] === 'true',
  };
}

/** What functions of tasks are told by their environment variables. */
export interface TaskEnvironment extends ChatEnvironment, CallbackEnvironment {
  readonly taskQueue: string;
}

/** Reads the environment of tasks. Throws an error that names the variable at fault. */
export function readTaskEnvironment(variables: Variables): TaskEnvironment {
  return {
    ...readChatEnvironment(variables),
    ...readCallbackEnvironment(variables),
    taskQueue: required(variables, 'TASK_QUEUE'),
  };
}

/** Reads a worker's pauses before each further try. Throws an error that names the variable. */
export function readRetries(variables: Variables): { readonly retrySeconds: readonly number[] } {
  const name = 'RETRY_SECONDS';
  const pauses = required(variables, name).split(',');
  return { retrySeconds: pauses.map((seconds) => count({ [name]: seconds }, name)) };
}

/** What the authorizer is told by its environment variables. */
export interface AuthorizerEnvironment {
  readonly userPool: { readonly issuer: string; readonly clientIds: readonly string[] };
  /** Another issuer, beside the user pool. */
  readonly oidc?: { readonly issuer: string; readonly audience: string; readonly jwksUrl: string };
  readonly signedInKey: string;
}

/** Reads the environment of the authorizer. Throws an error that names the variable at fault. */
export function readAuthorizerEnvironment(variables: Variables): AuthorizerEnvironment {
  const issuer = variables['OIDC_ISSUER'];
  const audience = (): string => required(variables, 'OIDC_AUDIENCE');
  const jwksUrl = (): string => required(variables, 'OIDC_JWKS_URL');
  return {
    userPool: {
      issuer: required(variables, 'USER_POOL_ISSUER'),
      clientIds: required(variables, 'USER_POOL_CLIENTS').split(','),
    },
    ...(issuer === undefined ? {} : { oidc: { issuer, audience: audience(), jwksUrl: jwksUrl() } }),
    signedInKey: required(variables, 'SIGNED_IN_KEY'),
  };
}

/** What functions are told that know documents. */
export interface DocumentEnvironment extends LedgerEnvironment {
  readonly documentsBucket: string;
  /** The model that reads documents. */
  readonly documentModel: string;
}

/** Reads where documents are. Throws an error that names the variable at fault. */
export function readDocumentEnvironment(variables: Variables): DocumentEnvironment {
  return {
    ...readLedgerEnvironment(variables),
    documentsBucket: required(variables, 'DOCUMENTS_BUCKET'),
    documentModel: required(variables, 'DOCUMENT_MODEL'),
  };
}

/** What functions are told that start workflows, or ask how they stand. */
export interface WorkflowEnvironment {
  readonly machines: { readonly summary: string; readonly analysis: string };
}

/** Reads which workflows there are. Throws an error that names the variable at fault. */
export function readWorkflowEnvironment(variables: Variables): WorkflowEnvironment {
  const summary = required(variables, 'DOCUMENT_PIPELINE');
  return { machines: { summary, analysis: required(variables, 'ANALYSIS_PIPELINE') } };
}

/** Reads the URL of the queue of uploads. Throws an error that names the variable. */
export function readUploadQueue(variables: Variables): string {
  return required(variables, 'UPLOAD_QUEUE');
}

function readModels(variables: Variables): ModelsEnvironment {
  const [model, ...others] = required(variables, 'MODELS').split(',');
  if (model === undefined || model === '') throw new Error('MODELS: must name at least one model');
  return { models: [model, ...others], maxOutputTokens: count(variables, 'MAX_OUTPUT_TOKENS') };
}

/** Reads where turns are kept. Throws an error that names the variable at fault. */
export function readStoreEnvironment(variables: Variables): StoreEnvironment {
  return {
    ...readTableEnvironment(variables),
    answersBucket: required(variables, 'ANSWERS_BUCKET'),
  };
}

/** Reads what owners may spend. Throws an error that names the variable at fault. */
export function readLedgerEnvironment(variables: Variables): LedgerEnvironment {
  return {
    ...readTableEnvironment(variables),
    limits: {
      requestsPerMinute: count(variables, 'REQUESTS_PER_MINUTE'),
      tokensPerDay: count(variables, 'TOKENS_PER_DAY'),
      nanoUsdPerDay: count(variables, 'USD_PER_DAY') * 1e9,
    },
  };
}

function readTableEnvironment(variables: Variables): TableEnvironment {
  return { conversationsTable: required(variables, 'CONVERSATIONS_TABLE') };
}

/** Chains are written `a>b>c`, and separated by commas. */
function readFallbacks(text: string, models: readonly string[]): FallbackChains {
  const chains = text.split(',').filter((chain) => chain !== '');
  const entries = chains.map((chain) => {
    const [modelId = '', ...fallbacks] = chain.split('>');
    for (const id of [modelId, ...fallbacks]) {
      if (!models.includes(id)) throw new Error(`MODEL_FALLBACKS: ${id} must be one of MODELS`);
      if (staysWithin(modelId, id)) continue;
      throw new Error(`MODEL_FALLBACKS: ${id} would answer outside of where ${modelId} may`);
    }
    return [modelId, fallbacks] as const;
  });
  return Object.fromEntries(entries);
}

function count(variables: Variables, name: string): number {
  const value = Number(required(variables, name));
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${name}: must be a whole number above 0`);
  return value;
}

function required(variables: Variables, name: string): string {
  const value = variables[name];
  if (value === undefined || value === '') throw new Error(`${name}: must be set`);
  return value;
}
