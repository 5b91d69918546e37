import {
  closedStructure,
  list,
  number,
  oneOf,
  readShape,
  string,
  type Shape,
  type Shaped,
} from '#local/wire/shape.ts';
import { piiPatterns } from '#local/bedrock/guardrails/lexicon.ts';
import { describeProblems } from '#local/wire/describe-problems.ts';
import { isExpression } from '#local/wire/shape.ts';

const action = oneOf('BLOCK', 'ANONYMIZE', 'NONE');
const strength = oneOf('NONE', 'LOW', 'MEDIUM', 'HIGH');

const pattern: Shape<string> = (value, path, problems) => {
  const text = string({ min: 1 })(value, path, problems);
  if (isExpression(text)) return text;
  problems.push({ path, value, rule: { type: 'kind', kind: 'regular expression' } });
  return text;
};

/** The kinds of personal data that have a recognisable format. No others are detected here. */
const piiType = string({ pattern: Object.keys(piiPatterns).join('|') });

/** A guardrail, with the member names of CreateGuardrail and CloudFormation. */
const guardrailShape = closedStructure(
  { id: string({ min: 1 }) },
  {
    name: string(),
    version: string(),
    blockedInputMessaging: string(),
    blockedOutputsMessaging: string(),
    topicPolicyConfig: closedStructure({
      topicsConfig: list(
        closedStructure(
          { name: string(), definition: string() },
          { examples: list(string()), type: string() },
        ),
      ),
    }),
    contentPolicyConfig: closedStructure({
      filtersConfig: list(
        closedStructure(
          { type: oneOf('HATE', 'INSULTS', 'SEXUAL', 'VIOLENCE', 'MISCONDUCT', 'PROMPT_ATTACK') },
          { inputStrength: strength, outputStrength: strength },
        ),
      ),
    }),
    wordPolicyConfig: closedStructure(
      {},
      {
        wordsConfig: list(closedStructure({ text: string() })),
        managedWordListsConfig: list(closedStructure({ type: oneOf('PROFANITY') })),
      },
    ),
    sensitiveInformationPolicyConfig: closedStructure(
      {},
      {
        piiEntitiesConfig: list(closedStructure({ type: piiType, action })),
        regexesConfig: list(closedStructure({ name: string(), pattern, action })),
      },
    ),
    contextualGroundingPolicyConfig: closedStructure({
      filtersConfig: list(
        closedStructure({
          type: oneOf('GROUNDING', 'RELEVANCE'),
          threshold: number({ min: 0, max: 1 }),
        }),
      ),
    }),
  },
);

/** The definition of a guardrail. */
export type Guardrail = Shaped<typeof guardrailShape>;

/** Reads a guardrail. Throws an error that names the invalid member and the expected value. */
export function readGuardrail(value: unknown, place: string): Guardrail {
  return readShape(guardrailShape, value, (problems) => {
    return new Error(describeProblems(place, problems));
  });
}
