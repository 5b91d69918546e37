import { invalidRequest, notFound } from '#local/bedrock/server/bedrock-error.ts';
import type { Guardrail } from '#local/bedrock/guardrails/guardrail.ts';
import { defaultMessage, findGuardrail } from '#local/bedrock/guardrails/turn-guardrail.ts';
import { queryOf, sendJson, type BedrockOperation } from '#local/bedrock/api/operation.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import { integer, readShape, string, structure } from '#local/wire/shape.ts';

/** The operations of the control plane that list guardrails. */

const listShape = structure(
  {},
  {
    guardrailIdentifier: string({ max: 2_048 }),
    maxResults: integer({ min: 1, max: 1_000 }),
    nextToken: string({ min: 1, pattern: '[0-9]+' }),
  },
);

/**
 * Lists the drafts of all guardrails, or the draft and the versions of one. Throws a
 * ResourceNotFoundException if there is no such guardrail.
 */
export const listGuardrails: BedrockOperation = {
  name: 'ListGuardrails',
  method: 'GET',
  path: /^\/guardrails$/u,
  answersWithoutModel: true,
  run(call) {
    const { guardrailIdentifier, maxResults = 1_000, nextToken = '0' } = readQuery(call);
    const all =
      guardrailIdentifier === undefined ? drafts(call) : versions(call, guardrailIdentifier);
    const start = Number(nextToken);
    const next = start + maxResults < all.length ? { nextToken: String(start + maxResults) } : {};
    sendJson(call, { guardrails: all.slice(start, start + maxResults), ...next });
  },
};

function readQuery(call: BedrockCall): ReturnType<typeof listShape> {
  const { maxResults, ...query } = Object.fromEntries(queryOf(call));
  const value = {
    ...query,
    ...(maxResults === undefined ? {} : { maxResults: Number(maxResults) }),
  };
  return readShape(listShape, value, invalidRequest);
}

const versionShape = structure(
  {},
  { guardrailVersion: string({ pattern: '|[1-9][0-9]{0,7}|DRAFT' }) },
);

/**
 * Returns a guardrail with its policies, by default its draft. Throws a ResourceNotFoundException
 * if there is no such guardrail or version.
 */
export const getGuardrail: BedrockOperation = {
  name: 'GetGuardrail',
  method: 'GET',
  path: /^\/guardrails\/(?<guardrailIdentifier>[^/]+)$/u,
  answersWithoutModel: true,
  run(call) {
    const query = Object.fromEntries(queryOf(call));
    const { guardrailVersion } = readShape(versionShape, query, invalidRequest);
    const version =
      guardrailVersion === undefined || guardrailVersion === '' ? 'DRAFT' : guardrailVersion;
    const { guardrailIdentifier = '' } = call.params;
    const guardrail = findGuardrail(call.context.guardrails, guardrailIdentifier, version);
    if (guardrail === undefined) throw unknownGuardrail();
    const { id, arn, ...summary } = summaryOf(call, guardrail, version);
    sendJson(call, {
      ...summary,
      ...policiesOf(guardrail),
      blockedInputMessaging: guardrail.blockedInputMessaging ?? defaultMessage,
      blockedOutputsMessaging: guardrail.blockedOutputsMessaging ?? defaultMessage,
      guardrailArn: arn,
      guardrailId: id,
    });
  },
};

function drafts(call: BedrockCall): readonly object[] {
  const firsts = new Map<string, Guardrail>();
  for (const guardrail of call.context.guardrails) {
    if (!firsts.has(guardrail.id)) firsts.set(guardrail.id, guardrail);
  }
  return [...firsts.values()].map((guardrail) => summaryOf(call, guardrail, 'DRAFT'));
}

function versions(call: BedrockCall, identifier: string): readonly object[] {
  const { guardrails } = call.context;
  const draft = findGuardrail(guardrails, identifier, 'DRAFT');
  if (draft === undefined) throw unknownGuardrail();
  const numbered = guardrails.filter(({ id }) => id === draft.id);
  return [
    summaryOf(call, draft, 'DRAFT'),
    ...numbered.map((guardrail) => summaryOf(call, guardrail, guardrail.version ?? '1')),
  ];
}

function unknownGuardrail(): Error {
  return notFound('The guardrail identifier or version provided in the request does not exist.');
}

interface Summary {
  readonly id: string;
  readonly arn: string;
  readonly [member: string]: unknown;
}

function summaryOf({ context }: BedrockCall, { id, name }: Guardrail, version: string): Summary {
  return {
    arn: `arn:aws:bedrock:${context.region}:000000000000:guardrail/${id}`,
    createdAt: '2026-01-01T00:00:00Z',
    id,
    name: name ?? id,
    status: 'READY',
    updatedAt: '2026-01-01T00:00:00Z',
    version,
  };
}

/** CreateGuardrail's policies have the suffix `Config`, also in their members; these have not. */
function policiesOf(guardrail: Guardrail): object {
  const { topicPolicyConfig: topics, contentPolicyConfig: content } = guardrail;
  const { wordPolicyConfig: words, sensitiveInformationPolicyConfig: sensitive } = guardrail;
  const { contextualGroundingPolicyConfig: grounding } = guardrail;
  return {
    ...(topics === undefined ? {} : { topicPolicy: { topics: topics.topicsConfig } }),
    ...(content === undefined
      ? {}
      : { contentPolicy: { filters: content.filtersConfig.map(withStrengths) } }),
    ...(words === undefined
      ? {}
      : {
          wordPolicy: { managedWordLists: words.managedWordListsConfig, words: words.wordsConfig },
        }),
    ...(sensitive === undefined
      ? {}
      : {
          sensitiveInformationPolicy: {
            piiEntities: sensitive.piiEntitiesConfig,
            regexes: sensitive.regexesConfig,
          },
        }),
    ...(grounding === undefined
      ? {}
      : { contextualGroundingPolicy: { filters: grounding.filtersConfig } }),
  };
}

type Content = NonNullable<Guardrail['contentPolicyConfig']>;

function withStrengths(filter: Content['filtersConfig'][number]): object {
  return { inputStrength: 'HIGH', outputStrength: 'HIGH', ...filter };
}
