import type { Guardrail } from '#local/bedrock/guardrails/guardrail.ts';
import { runWithin } from '#local/process/run-within.ts';
import {
  contentFilterPatterns,
  piiPatterns,
  profanity,
} from '#local/bedrock/guardrails/lexicon.ts';
import { contentWords } from '#local/bedrock/simulated/language/words.ts';

/** A guardrail's assessment of a text. */
export interface Verdict {
  readonly isBlocked: boolean;
  /** The text, with sensitive information replaced by `{NAME}`. */
  readonly text: string;
  readonly isAnonymized: boolean;
  /** The API's GuardrailAssessment. */
  readonly assessment: Readonly<Record<string, unknown>>;
}

/** Whether a text is the user's or the model's. */
type Side = 'INPUT' | 'OUTPUT';

/** What contextual grounding compares an answer with: its sources, and the question. */
export interface GroundingContext {
  readonly sources: string;
  readonly query: string;
}

/**
 * Assesses a text by words, patterns and common words. This is cruder than the models of the real
 * guardrails, but enough to test how a program handles an intervention.
 */
export function assess(
  guardrail: Guardrail,
  text: string,
  { side, grounding }: { readonly side: Side; readonly grounding?: GroundingContext | undefined },
): Verdict {
  const topics = findTopics(guardrail, text);
  const filters = findContentFilters(guardrail, text, side);
  const words = findWords(guardrail, text);
  const sensitive = findSensitive(guardrail, text);
  const grounded = side === 'OUTPUT' ? scoreGrounding(guardrail, text, grounding) : [];
  const isBlocked =
    topics.length + filters.length + words.customWords.length + words.managedWordLists.length > 0 ||
    sensitive.matches.some(({ action }) => action === 'BLOCKED') ||
    grounded.some(({ action }) => action === 'BLOCKED');
  const piiEntities = sensitive.matches.filter(({ kind }) => kind === 'pii').map(withoutKind);
  const regexes = sensitive.matches.filter(({ kind }) => kind === 'regex').map(withoutKind);
  return {
    isBlocked,
    text: sensitive.text,
    isAnonymized: sensitive.text !== text,
    assessment: {
      ...(topics.length === 0 ? {} : { topicPolicy: { topics } }),
      ...(filters.length === 0 ? {} : { contentPolicy: { filters } }),
      ...(words.customWords.length + words.managedWordLists.length === 0
        ? {}
        : { wordPolicy: words }),
      ...(piiEntities.length + regexes.length === 0
        ? {}
        : { sensitiveInformationPolicy: { piiEntities, regexes } }),
      ...(grounded.length === 0 ? {} : { contextualGroundingPolicy: { filters: grounded } }),
      invocationMetrics: invocationMetrics(guardrail, text),
    },
  };
}

function findTopics({ topicPolicyConfig }: Guardrail, text: string): readonly object[] {
  const textWords = wordSet(text);
  return (topicPolicyConfig?.topicsConfig ?? []).flatMap(({ name, definition, examples = [] }) => {
    const nameWords = contentWords(name);
    const isNamed =
      nameWords.length === 0
        ? text.toLowerCase().includes(name.toLowerCase())
        : nameWords.every((word) => textWords.has(word.toLowerCase()));
    const isSimilar = [definition, ...examples].some((words) => overlap(words, textWords) >= 0.6);
    if (!isNamed && !isSimilar) return [];
    return [{ action: 'BLOCKED', detected: true, name, type: 'DENY' }];
  });
}

/** The share of a text's content words that are in a set. */
function overlap(text: string, words: ReadonlySet<string>): number {
  const all = contentWords(text).map((word) => word.toLowerCase());
  if (all.length < 2) return 0;
  return all.filter((word) => words.has(word)).length / all.length;
}

function findContentFilters(guardrail: Guardrail, text: string, side: Side): readonly object[] {
  const filters = guardrail.contentPolicyConfig?.filtersConfig ?? [];
  return filters.flatMap(({ type, inputStrength = 'HIGH', outputStrength = 'HIGH' }) => {
    const filterStrength = side === 'INPUT' ? inputStrength : outputStrength;
    if (filterStrength === 'NONE' || contentFilterPatterns[type]?.test(text) !== true) return [];
    return [{ action: 'BLOCKED', confidence: 'HIGH', detected: true, filterStrength, type }];
  });
}

function findWords(
  { wordPolicyConfig }: Guardrail,
  text: string,
): {
  readonly customWords: readonly object[];
  readonly managedWordLists: readonly object[];
} {
  const { wordsConfig = [], managedWordListsConfig = [] } = wordPolicyConfig ?? {};
  const lower = text.toLowerCase();
  const customWords = wordsConfig.flatMap(({ text: match }) =>
    lower.includes(match.toLowerCase()) ? [{ action: 'BLOCKED', detected: true, match }] : [],
  );
  const [profane] = managedWordListsConfig.length === 0 ? [] : (profanity.exec(text) ?? []);
  const managedWordLists =
    profane === undefined
      ? []
      : [{ action: 'BLOCKED', detected: true, match: profane, type: 'PROFANITY' }];
  return { customWords, managedWordLists };
}

interface SensitiveMatch {
  readonly kind: 'pii' | 'regex';
  readonly action: 'BLOCKED' | 'ANONYMIZED' | 'NONE';
  readonly detected: true;
  readonly match: string;
  readonly type?: string;
  readonly name?: string;
  readonly regex?: string;
}

function findSensitive(
  { sensitiveInformationPolicyConfig }: Guardrail,
  text: string,
): { readonly text: string; readonly matches: readonly SensitiveMatch[] } {
  const { piiEntitiesConfig = [], regexesConfig = [] } = sensitiveInformationPolicyConfig ?? {};
  const matches: SensitiveMatch[] = [];
  let masked = text;
  const search = (
    pattern: RegExp,
    label: string,
    entry: Omit<SensitiveMatch, 'match' | 'detected'>,
  ): void => {
    masked = runWithin(`The pattern ${label}`, () =>
      masked.replaceAll(new RegExp(pattern, 'gu'), (match) => {
        matches.push({ ...entry, detected: true, match });
        return entry.action === 'ANONYMIZED' ? `{${label}}` : match;
      }),
    );
  };
  for (const { type, action } of piiEntitiesConfig) {
    const pattern = piiPatterns[type];
    if (pattern !== undefined)
      search(pattern, type, { kind: 'pii', action: actions[action], type });
  }
  for (const { name, pattern, action } of regexesConfig) {
    const entry = { kind: 'regex', action: actions[action], name, regex: pattern } as const;
    search(new RegExp(pattern, 'u'), name, entry);
  }
  return { text: masked, matches };
}

const actions = { BLOCK: 'BLOCKED', ANONYMIZE: 'ANONYMIZED', NONE: 'NONE' } as const;

function withoutKind({ kind: _, ...entry }: SensitiveMatch): object {
  return entry;
}

interface GroundingScore {
  readonly action: 'BLOCKED' | 'NONE';
  readonly detected: boolean;
  readonly score: number;
  readonly threshold: number;
  readonly type: string;
}

function scoreGrounding(
  { contextualGroundingPolicyConfig }: Guardrail,
  text: string,
  grounding: GroundingContext | undefined,
): readonly GroundingScore[] {
  if (grounding === undefined) return [];
  const filters = contextualGroundingPolicyConfig?.filtersConfig ?? [];
  return filters.map(({ type, threshold }) => {
    const share =
      type === 'GROUNDING'
        ? overlap(text, wordSet(grounding.sources))
        : overlap(grounding.query, wordSet(`${text} ${grounding.sources}`));
    const score = Math.round(share * 100) / 100;
    const detected = score < threshold;
    return { action: detected ? 'BLOCKED' : 'NONE', detected, score, threshold, type };
  });
}

function wordSet(text: string): ReadonlySet<string> {
  return new Set(contentWords(text).map((word) => word.toLowerCase()));
}

function invocationMetrics(guardrail: Guardrail, text: string): object {
  return {
    guardrailCoverage: { textCharacters: { guarded: text.length, total: text.length } },
    guardrailProcessingLatency: 0,
    usage: guardrailUsage(guardrail, text),
  };
}

/** Returns the text units of each policy for a text. A unit is up to 1,000 characters. */
export function guardrailUsage(guardrail: Guardrail, text: string): Record<string, number> {
  const units = Math.max(1, Math.ceil(text.length / 1_000));
  const has = (policy: unknown): number => (policy === undefined ? 0 : units);
  const { sensitiveInformationPolicyConfig: sensitive } = guardrail;
  return {
    contentPolicyUnits: has(guardrail.contentPolicyConfig),
    contextualGroundingPolicyUnits: has(guardrail.contextualGroundingPolicyConfig),
    sensitiveInformationPolicyFreeUnits: has(sensitive?.regexesConfig),
    sensitiveInformationPolicyUnits: has(sensitive?.piiEntitiesConfig),
    topicPolicyUnits: has(guardrail.topicPolicyConfig),
    wordPolicyUnits: has(guardrail.wordPolicyConfig),
  };
}
