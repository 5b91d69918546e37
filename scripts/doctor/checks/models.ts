import type { ModelDetails, ModelFacts } from '#scripts/doctor/facts.ts';
import { baseModel } from '#scripts/doctor/model-id.ts';
import type { Finding } from '#scripts/doctor/finding.ts';

/** Judges the models that a stack may call, by what Bedrock says of them. */
export function checkModels(models: readonly ModelFacts[], now: number): readonly Finding[] {
  return models.flatMap((model) => {
    if (model.model === 'missing') return [missing(model)];
    return [
      ...checkAccess(model),
      ...(model.model === undefined ? [] : checkEnd(model, model.model, now)),
      ...checkProfile(model),
    ];
  });
}

function missing({ id, region, functions }: ModelFacts): Finding {
  return {
    check: 'model',
    severity: 'error',
    resource: id,
    message: `Bedrock has no such model in ${region}, or not any more; ${functions.join(', ')} may call it`,
    fix: 'Deploy with -c models=… (and fallbacks, documentModel) without it: aws bedrock list-foundation-models',
  };
}

function checkAccess({ id, region, access }: ModelFacts): readonly Finding[] {
  if (access !== 'missing') return [];
  return [
    {
      check: 'model-access',
      severity: 'error',
      resource: id,
      message: `the account has no access to it in ${region}, so calls are refused with AccessDeniedException`,
      fix: 'Open the model in the catalog of the Bedrock console and accept its terms, with an identity that may subscribe in AWS Marketplace.',
    },
  ];
}

function checkEnd(
  { id, functions }: ModelFacts,
  { isLegacy, endsAt }: ModelDetails,
  now: number,
): readonly Finding[] {
  const hasEnded = endsAt !== undefined && endsAt.getTime() <= now;
  if (!isLegacy && !hasEnded) return [];
  const day = endsAt?.toISOString().slice(0, 10);
  const end = day === undefined ? 'will be switched off' : `will be switched off on ${day}`;
  return [
    {
      check: 'model-end-of-life',
      severity: hasEnded ? 'error' : 'warning',
      resource: id,
      message: `${hasEnded ? `was switched off on ${day}` : `is a legacy model that ${end}`}; ${functions.join(', ')} may call it`,
      fix: 'Deploy with -c models=… and a newer model.',
    },
  ];
}

/** The id of a model is for on-demand calls; that of a profile needs a profile of the Region. */
function checkProfile({ id, region, model, profiles }: ModelFacts): readonly Finding[] {
  if (profiles === undefined || model === undefined || model === 'missing') return [];
  const isModel = baseModel(id) === id;
  if (isModel ? model.isOnDemand : profiles.includes(id)) return [];
  const others = profiles.length === 0 ? 'another model' : profiles.join(' or ');
  return [
    {
      check: 'model-profile',
      severity: 'error',
      resource: id,
      message: isModel
        ? 'on-demand calls are refused: it needs an inference profile'
        : `${region} has no such inference profile`,
      fix: `Deploy with -c models=… and ${others} in its place.`,
    },
  ];
}
