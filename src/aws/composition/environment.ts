import { titleSources, type TitleSource } from '#domain/chat/chat-request.ts';
import { staysWithin, type FallbackChains } from '#domain/model/fallbacks.ts';
import type { SpendingLimits } from '#domain/spending/ledger.ts';

/** The table that stores everything. */
export interface TableEnvironment {
  readonly conversationsTable: string;
}

/** The storage of turns. */
export interface StoreEnvironment extends TableEnvironment {
  /** The bucket for answers that are too large for the table. */
  readonly answersBucket: string;
}

/** The environment of a function that limits spending. */
export interface LedgerEnvironment extends TableEnvironment {
  readonly limits: SpendingLimits;
}

/** The models that a function may call. */
export interface ModelsEnvironment {
  /** The models that a request may name. The first one is the default. */
  readonly models: readonly [string, ...string[]];
  /** The maximum number of tokens of an answer, and the default of a request. */
  readonly maxOutputTokens: number;
}

/** What chat requests may name. */
export interface ChoicesEnvironment extends ModelsEnvironment, KnowledgeEnvironment {
  /** Agents by name: the ARN of an AgentCore runtime, or `AGENTID/ALIASID`. */
  readonly agents: Readonly<Record<string, string>>;
  /** The URLs of MCP servers by name. */
  readonly mcpServers: Readonly<Record<string, string>>;
}

/** Reads what chat requests may name. Throws an error that names the variable at fault. */
export function readChoicesEnvironment(variables: Variables): ChoicesEnvironment {
  return {
    ...readModels(variables),
    ...readKnowledgeEnvironment(variables),
    agents: readNamed(variables, 'AGENTS'),
    mcpServers: readNamed(variables, 'MCP_SERVERS'),
  };
}

/** The environment of a chat function. */
export interface ChatEnvironment extends StoreEnvironment, LedgerEnvironment, ChoicesEnvironment {
  /** The models that replace an unavailable model. */
  readonly fallbacks: FallbackChains;
  /** The approximate maximum of history that the model is shown, in tokens. */
  readonly maxHistoryTokens: number;
  /** Whether callers without an identity are accepted. */
  readonly allowAnonymous: boolean;
  /** Which client calls the models: Streambed's own, or the AWS SDK's. */
  readonly client: 'own' | 'sdk';
  /** Where the titles of conversations come from. */
  readonly titles: TitleSource;
}

/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the environment of a chat function. Throws an error that names the variable at fault. */
export function readChatEnvironment(variables: Variables): ChatEnvironment {
  const choices = readChoicesEnvironment(variables);
  return {
    ...readStoreEnvironment(variables),
    ...readLedgerEnvironment(variables),
    ...choices,
    fallbacks: readFallbacks(variables['MODEL_FALLBACKS'] ?? '', choices.models),
    maxHistoryTokens: readCount(variables, 'MAX_HISTORY_TOKENS'),
    allowAnonymous: variables['ALLOW_ANONYMOUS'] === 'true',
    client: readClient(variables),
    titles: readTitles(variables),
  };
}

function readTitles(variables: Variables): TitleSource {
  const titles = variables['TITLES'] ?? 'model';
  const source = titleSources.find((one) => one === titles);
  if (source === undefined) throw new Error(`TITLES: must be ${titleSources.join(' or ')}`);
  return source;
}

function readClient(variables: Variables): ChatEnvironment['client'] {
  const client = variables['BEDROCK_CLIENT'] ?? 'own';
  if (client === 'own' || client === 'sdk') return client;
  throw new Error('BEDROCK_CLIENT: must be own or sdk');
}

/** The knowledge bases that can be searched. */
export interface KnowledgeEnvironment {
  /** The ids of knowledge bases, by the names used in requests. */
  readonly knowledgeBases: Readonly<Record<string, string>>;
  /** The metadata attribute with a document's owner; undefined if every owner may see everything. */
  readonly ownerAttribute: string | undefined;
}

/** Reads the knowledge bases. Throws an error that names the variable at fault. */
export function readKnowledgeEnvironment(variables: Variables): KnowledgeEnvironment {
  const ownerAttribute = variables['KNOWLEDGE_OWNER_ATTRIBUTE'] ?? '';
  return {
    knowledgeBases: readNamed(variables, 'KNOWLEDGE_BASES'),
    ownerAttribute: ownerAttribute === '' ? undefined : ownerAttribute,
  };
}

/** Parses names and values in the form `a=1,b=2`. A missing variable has none. */
function readNamed(variables: Variables, name: string): Readonly<Record<string, string>> {
  const entries = (variables[name] ?? '').split(',').filter((entry) => entry !== '');
  const named = entries.map((entry) => {
    const [, key, value] = /^([\w-]{1,64})=(\S+)$/u.exec(entry) ?? [];
    if (key === undefined || value === undefined) throw new Error(`${name}: must be a=1,b=2`);
    return [key, value] as const;
  });
  return Object.fromEntries(named);
}

/** The environment of the LangChain function. */
export interface LangChainEnvironment extends InvokeEnvironment {
  /** The table of LangChain's chat histories. */
  readonly historyTable: string;
  /** The Region of the model, which may differ from the Region of the function. */
  readonly modelRegion: string;
}

/** Reads the environment of the LangChain function. Throws an error that names the variable at fault. */
export function readLangChainEnvironment(variables: Variables): LangChainEnvironment {
  return {
    ...readInvokeEnvironment(variables),
    historyTable: requireVariable(variables, 'HISTORY_TABLE'),
    modelRegion: requireVariable(variables, 'MODEL_REGION'),
  };
}

/** The environment of a function whose models answer one-shot requests. */
export interface InvokeEnvironment extends OneShotEnvironment, ModelsEnvironment {}

/** Reads the environment of the invoke function. Throws an error that names the variable at fault. */
export function readInvokeEnvironment(variables: Variables): InvokeEnvironment {
  return { ...readOneShotEnvironment(variables), ...readModels(variables) };
}

/** The environment of a function that answers one-shot requests. */
export interface OneShotEnvironment extends StoreEnvironment, LedgerEnvironment {}

/** Reads the environment of one-shot requests. Throws an error that names the variable at fault. */
export function readOneShotEnvironment(variables: Variables): OneShotEnvironment {
  return { ...readStoreEnvironment(variables), ...readLedgerEnvironment(variables) };
}

/** The environment of functions that queue callbacks or send them. */
export interface CallbackEnvironment {
  readonly callbackQueue: string;
  /** Whether callbacks may go to a loopback address over plain HTTP. */
  readonly allowsLoopback: boolean;
}

/** Reads the callback settings. Throws an error that names the variable at fault. */
export function readCallbackEnvironment(variables: Variables): CallbackEnvironment {
  return {
    callbackQueue: requireVariable(variables, 'CALLBACK_QUEUE'),
    allowsLoopback: variables['LOOPBACK_CALLBACKS'] === 'true',
  };
}

/** The environment of functions that handle tasks. */
export interface TaskEnvironment extends ChatEnvironment, CallbackEnvironment {
  readonly taskQueue: string;
}

/** Reads the environment of tasks. Throws an error that names the variable at fault. */
export function readTaskEnvironment(variables: Variables): TaskEnvironment {
  return {
    ...readChatEnvironment(variables),
    ...readCallbackEnvironment(variables),
    taskQueue: requireVariable(variables, 'TASK_QUEUE'),
  };
}

/** Reads a worker's backoff before each retry, in seconds. Throws an error that names the variable. */
export function readRetries(variables: Variables): { readonly retrySeconds: readonly number[] } {
  const name = 'RETRY_SECONDS';
  const backoff = requireVariable(variables, name).split(',');
  return { retrySeconds: backoff.map((seconds) => readCount({ [name]: seconds }, name)) };
}

/** The issuers whose tokens a function accepts. */
export interface SignInEnvironment {
  readonly userPool: { readonly issuer: string; readonly clientIds: readonly string[] };
  /** A second issuer, in addition to the user pool. */
  readonly oidc?: { readonly issuer: string; readonly audience: string; readonly jwksUrl: string };
}

/** The environment of the authorizer. */
export interface AuthorizerEnvironment extends TableEnvironment, PersonEnvironment {
  /** The API key that the usage plan of signed-in callers has. */
  readonly signedInKey: string;
}

/** Reads the environment of the authorizer. Throws an error that names the variable at fault. */
export function readAuthorizerEnvironment(variables: Variables): AuthorizerEnvironment {
  return {
    ...readTableEnvironment(variables),
    ...readPersonEnvironment(variables),
    signedInKey: requireVariable(variables, 'SIGNED_IN_KEY'),
  };
}

/** The environment of a function that accepts the tokens of people. */
export interface PersonEnvironment extends SignInEnvironment {
  readonly allowsGuests: boolean;
}

/** Reads who may use a function. Throws an error that names the variable at fault. */
export function readPersonEnvironment(variables: Variables): PersonEnvironment {
  const allowsGuests = variables['ALLOW_GUESTS'] === 'true';
  return { ...readSignInEnvironment(variables), allowsGuests };
}

function readSignInEnvironment(variables: Variables): SignInEnvironment {
  const issuer = variables['OIDC_ISSUER'];
  const audience = (): string => requireVariable(variables, 'OIDC_AUDIENCE');
  const jwksUrl = (): string => requireVariable(variables, 'OIDC_JWKS_URL');
  return {
    userPool: {
      issuer: requireVariable(variables, 'USER_POOL_ISSUER'),
      clientIds: requireVariable(variables, 'USER_POOL_CLIENTS').split(','),
    },
    ...(issuer === undefined ? {} : { oidc: { issuer, audience: audience(), jwksUrl: jwksUrl() } }),
  };
}

/** The environment of functions that handle documents. */
export interface DocumentEnvironment extends LedgerEnvironment {
  readonly documentsBucket: string;
  /** The model that reads documents. */
  readonly documentModel: string;
}

/** Reads the environment of documents. Throws an error that names the variable at fault. */
export function readDocumentEnvironment(variables: Variables): DocumentEnvironment {
  return {
    ...readLedgerEnvironment(variables),
    documentsBucket: requireVariable(variables, 'DOCUMENTS_BUCKET'),
    documentModel: requireVariable(variables, 'DOCUMENT_MODEL'),
  };
}

/** The environment of functions that start or describe workflows. */
export interface WorkflowEnvironment {
  /** The ARNs of the state machines. */
  readonly machines: { readonly summary: string; readonly analysis: string };
}

/** Reads the state machines of the workflows. Throws an error that names the variable at fault. */
export function readWorkflowEnvironment(variables: Variables): WorkflowEnvironment {
  const summary = requireVariable(variables, 'DOCUMENT_PIPELINE');
  return { machines: { summary, analysis: requireVariable(variables, 'ANALYSIS_PIPELINE') } };
}

/** Reads the URL of the queue of uploads. Throws an error that names the variable. */
export function readUploadQueue(variables: Variables): string {
  return requireVariable(variables, 'UPLOAD_QUEUE');
}

function readModels(variables: Variables): ModelsEnvironment {
  const [model, ...others] = requireVariable(variables, 'MODELS').split(',');
  if (model === undefined || model === '') throw new Error('MODELS: must name at least one model');
  return { models: [model, ...others], maxOutputTokens: readCount(variables, 'MAX_OUTPUT_TOKENS') };
}

/** Reads the storage of turns. Throws an error that names the variable at fault. */
export function readStoreEnvironment(variables: Variables): StoreEnvironment {
  return {
    ...readTableEnvironment(variables),
    answersBucket: requireVariable(variables, 'ANSWERS_BUCKET'),
  };
}

/** Reads the spending limits. Throws an error that names the variable at fault. */
export function readLedgerEnvironment(variables: Variables): LedgerEnvironment {
  return {
    ...readTableEnvironment(variables),
    limits: {
      requestsPerMinute: readCount(variables, 'REQUESTS_PER_MINUTE'),
      tokensPerDay: readCount(variables, 'TOKENS_PER_DAY'),
      nanoUsdPerDay: readCount(variables, 'USD_PER_DAY') * 1e9,
    },
  };
}

function readTableEnvironment(variables: Variables): TableEnvironment {
  return { conversationsTable: requireVariable(variables, 'CONVERSATIONS_TABLE') };
}

/** Parses chains in the form `a>b>c`, separated by commas. */
function readFallbacks(text: string, models: readonly string[]): FallbackChains {
  const chains = text.split(',').filter((chain) => chain !== '');
  const entries = chains.map((chain) => {
    const [modelId = '', ...fallbacks] = chain.split('>');
    for (const id of [modelId, ...fallbacks]) {
      if (!models.includes(id)) throw new Error(`MODEL_FALLBACKS: ${id} must be one of MODELS`);
      if (staysWithin(modelId, id)) continue;
      throw new Error(`MODEL_FALLBACKS: ${id} may run outside the Regions of ${modelId}`);
    }
    return [modelId, fallbacks] as const;
  });
  return Object.fromEntries(entries);
}

function readCount(variables: Variables, name: string): number {
  const value = Number(requireVariable(variables, name));
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${name}: must be a whole number above 0`);
  return value;
}

/** Returns a variable. Throws an error that names it if it is not set. */
export function requireVariable(variables: Variables, name: string): string {
  const value = variables[name];
  if (value === undefined || value === '') throw new Error(`${name}: must be set`);
  return value;
}
