import { functionFacts, type FunctionFacts } from '#models/for-functions.ts';

const models: ReadonlyMap<string, FunctionFacts> = new Map(
  functionFacts.flatMap((facts) => facts.ids.map((id) => [id, facts] as const)),
);

/** What is known of a model, and how it is called. */
export interface KnownModel {
  /** The id without a profile. */
  readonly id: string;
  /** Whether an inference profile of a geography calls it. */
  readonly isRegional: boolean;
  /** Absent if nothing is known of it. */
  readonly facts?: FunctionFacts | undefined;
}

const idForm = /^(?:arn:.*\/)?(?:(us|eu|apac|jp|au|ca|in|us-gov|global)\.)?(.+)$/u;

/** Returns what is known of a model, by its id or its profile's, or the ARN of either. */
export function findModelFacts(modelId: string): KnownModel {
  const [, profile, id = modelId] = idForm.exec(modelId) ?? [];
  const isRegional = profile !== undefined && profile !== 'global';
  return { id, isRegional, facts: models.get(id) };
}
