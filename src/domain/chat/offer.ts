import type { ChatChoices } from '#domain/chat/chat-request.ts';
import { autoModel } from '#domain/chat/plan-turn.ts';
import {
  efforts,
  noTraits,
  promptCaches,
  type ModelTraits,
  type OfferedSettings,
} from '#domain/model-settings.ts';
import type { Price } from '#domain/spending/prices.ts';
import { builtInToolSets, type BuiltInToolSet } from '#domain/model/tools.ts';

/** What a message to a model can contain. */
export type ModelInput = 'text' | 'image' | 'document';

/** A model for people who choose one. */
export interface ModelDescription {
  readonly name: string;
  readonly input: readonly ModelInput[];
  /** Absent if it is not known. */
  readonly price?: Price | undefined;
}

export interface OfferedModel extends ModelDescription, ModelTraits {
  readonly id: string;
  readonly isDefault: boolean;
}

/** A set of tools for people who choose one. */
export interface OfferedTools {
  readonly name: string;
  readonly description?: string | undefined;
  /** Whether a call can wait for a person's approval. */
  readonly needsApproval: boolean;
}

/** What a caller can choose in a chat request. */
export interface Offer {
  readonly models: readonly OfferedModel[];
  readonly agents: readonly string[];
  readonly knowledgeBases: readonly string[];
  readonly tools: readonly OfferedTools[];
  readonly maxOutputTokens: number;
  readonly settings: Omit<OfferedSettings, 'traits'>;
}

/** Returns what a deployment offers. Models whose names are the same have their ids in them. */
export function offerOf(
  { models, agents, knowledgeBases, mcpServers, maxOutputTokens, settings }: ChatChoices,
  describe: (modelId: string) => ModelDescription,
): Offer {
  const { traits, ...offeredSettings } = settings;
  const described = models.map((id) => {
    return { id, isDefault: id === models[0], ...describe(id), ...(traits[id] ?? noTraits) };
  });
  const named = described.map((model) => {
    const isUnique = described.every(({ id, name }) => id === model.id || name !== model.name);
    return isUnique ? model : { ...model, name: `${model.name} (${model.id})` };
  });
  return {
    models: [...named, automatic(described)],
    agents: Object.keys(agents),
    knowledgeBases: Object.keys(knowledgeBases),
    tools: [...builtInToolSets.map(builtIn), ...Object.keys(mcpServers).map(fromServer)],
    maxOutputTokens,
    settings: offeredSettings,
  };
}

/**
 * The router may choose any of the models, so all of them must accept what a message contains. A
 * setting is for those that have it.
 */
function automatic(models: readonly OfferedModel[]): OfferedModel {
  const kinds: readonly ModelInput[] = ['text', 'image', 'document'];
  const input = kinds.filter((kind) => models.every((model) => model.input.includes(kind)));
  return {
    id: autoModel,
    name: 'Automatic',
    input,
    isDefault: false,
    efforts: efforts.filter((effort) => models.some((model) => model.efforts.includes(effort))),
    thinks: models.some(({ thinks }) => thinks),
    promptCaches: promptCaches.filter((time) =>
      models.some((model) => model.promptCaches.includes(time)),
    ),
  };
}

const builtInDescriptions: Readonly<Record<BuiltInToolSet, Omit<OfferedTools, 'name'>>> = {
  time: { description: 'The current time in any time zone', needsApproval: false },
  notes: { description: 'Notes that are remembered in all conversations', needsApproval: true },
};

function builtIn(name: BuiltInToolSet): OfferedTools {
  return { name, ...builtInDescriptions[name] };
}

/** Which tools a server has is known only when it is asked. One without a hint needs approval. */
function fromServer(name: string): OfferedTools {
  return { name, needsApproval: true };
}
