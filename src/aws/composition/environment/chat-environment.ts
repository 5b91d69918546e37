import {
  type StoreEnvironment,
  type LedgerEnvironment,
  type OneShotEnvironment,
  readOneShotEnvironment,
  readStoreEnvironment,
  readLedgerEnvironment,
} from '#aws/composition/environment/storage-environment.ts';
import {
  type Variables,
  readNamed,
  readCount,
  requireVariable,
} from '#aws/composition/environment/variables.ts';
import {
  readGuardrail,
  readOfferedSettings,
  readServiceTier,
} from '#aws/composition/environment/model-settings-environment.ts';
import type { Guardrail } from '#aws/model/guardrail.ts';
import type { OfferedSettings, ServiceTier } from '#domain/model-settings.ts';
import { titleSources, type TitleSource } from '#domain/chat/chat-request.ts';
import { staysWithin, type FallbackChains } from '#domain/model/fallbacks.ts';

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

/** The models that a function may call. */
export interface ModelsEnvironment {
  /** The models that a request may name. The first one is the default. */
  readonly models: readonly [string, ...string[]];
  /** The maximum number of tokens of an answer, and the default of a request. */
  readonly maxOutputTokens: number;
  /** Checks what the models are sent, and what they answer. */
  readonly guardrail: Guardrail | undefined;
}

function readModels(variables: Variables): ModelsEnvironment {
  const [model, ...others] = requireVariable(variables, 'MODELS').split(',');
  if (model === undefined || model === '') throw new Error('MODELS: must name at least one model');
  return {
    models: [model, ...others],
    maxOutputTokens: readCount(variables, 'MAX_OUTPUT_TOKENS'),
    guardrail: readGuardrail(variables),
  };
}

/** What chat requests may name. */
export interface ChoicesEnvironment extends ModelsEnvironment, KnowledgeEnvironment {
  /** Agents by name: the ARN of an AgentCore runtime, or `AGENTID/ALIASID`. */
  readonly agents: Readonly<Record<string, string>>;
  /** The URLs of MCP servers by name. */
  readonly mcpServers: Readonly<Record<string, string>>;
  readonly settings: OfferedSettings;
}

/** Reads what chat requests may name. Throws an error that names the variable at fault. */
export function readChoicesEnvironment(variables: Variables): ChoicesEnvironment {
  const models = readModels(variables);
  return {
    ...models,
    settings: readOfferedSettings(variables, models.models),
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

/** The environment of a function whose models answer one-shot requests. */
export interface InvokeEnvironment extends OneShotEnvironment, ModelsEnvironment {
  /** The tier of all requests; absent for the standard one. */
  readonly serviceTier: ServiceTier | undefined;
}

/** Reads the environment of the invoke function. Throws an error that names the variable at fault. */
export function readInvokeEnvironment(variables: Variables): InvokeEnvironment {
  return {
    ...readOneShotEnvironment(variables),
    ...readModels(variables),
    serviceTier: readServiceTier(variables),
  };
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
