import type { Guardrail } from '#local/bedrock/guardrails/guardrail.ts';
import {
  contentFilterPatterns,
  piiPatterns,
  profanity,
} from '#local/bedrock/guardrails/lexicon.ts';
import { contentWords } from '#local/bedrock/simulated/language/words.ts';

/** What a guardrail made of a text. */
export interface Verdict {
  readonly isBlocked: boolean;
  /** The text with what is sensitive replaced by `{NAME}`. */
  readonly text: string;
  readonly isAnonymized: boolean;
  /** In the form of the wire's GuardrailAssessment. */
  readonly assessment: Readonly<Record<string, unknown>>;
}

export type Side = 'INPUT' | 'OUTPUT';

/** Context for contextual grounding: what the answer must rest on, and what was asked. */
export interface Grounding {
  readonly sources: string;
  readonly query: string;
}

/**
 * Assesses a text by words, patterns and overlap, which is cruder than the models behind the real
 * guardrails: it is for seeing how a program bears being blocked.
 */
export function assess(
  guardrail: Guardrail,
  text: string,
  { side, grounding }: { readonly side: Side; readonly grounding?: Grounding | undefined },
): Verdict {
  const topics = topicsIn(guardrail, text);
  const filters = filtersIn(guardrail, text, side);
  const words = wordsIn(guardrail, text);
  const sensitive = sensitiveIn(guardrail, text);
  const grounded = side === 'OUTPUT' ? groundingOf(guardrail, text, grounding) : [];
  const isBlocked =
    topics.length + filters.length + words.customWords.length + words.managedWordLists.length > 0 ||
    sensitive.found.some(({ action }) => action === 'BLOCKED') ||
    grounded.some(({ action }) => action === 'BLOCKED');
  const piiEntities = sensitive.found.filter(({ kind }) => kind === 'pii').map(withoutKind);
  const regexes = sensitive.found.filter(({ kind }) => kind === 'regex').map(withoutKind);
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
      invocationMetrics: metricsOf(guardrail, text),
    },
  };
}

function topicsIn({ topicPolicyConfig }: Guardrail, text: string): readonly object[] {
  const said = wordSet(text);
  return (topicPolicyConfig?.topicsConfig ?? []).flatMap(({ name, definition, examples = [] }) => {
    const named = contentWords(name);
    const isNamed =
      named.length === 0
        ? text.toLowerCase().includes(name.toLowerCase())
        : named.every((word) => said.has(word.toLowerCase()));
    const isLike = [definition, ...examples].some((words) => overlap(words, said) >= 0.6);
    if (!isNamed && !isLike) return [];
    return [{ action: 'BLOCKED', detected: true, name, type: 'DENY' }];
  });
}

/** The share of the telling words of a text that were said. */
function overlap(words: string, said: ReadonlySet<string>): number {
  const wanted = contentWords(words).map((word) => word.toLowerCase());
  if (wanted.length < 2) return 0;
  return wanted.filter((word) => said.has(word)).length / wanted.length;
}

function filtersIn(guardrail: Guardrail, text: string, side: Side): readonly object[] {
  const filters = guardrail.contentPolicyConfig?.filtersConfig ?? [];
  return filters.flatMap(({ type, inputStrength = 'HIGH', outputStrength = 'HIGH' }) => {
    const filterStrength = side === 'INPUT' ? inputStrength : outputStrength;
    if (filterStrength === 'NONE' || contentFilterPatterns[type]?.test(text) !== true) return [];
    return [{ action: 'BLOCKED', confidence: 'HIGH', detected: true, filterStrength, type }];
  });
}

function wordsIn(
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

interface Found {
  readonly kind: 'pii' | 'regex';
  readonly action: 'BLOCKED' | 'ANONYMIZED' | 'NONE';
  readonly detected: true;
  readonly match: string;
  readonly type?: string;
  readonly name?: string;
  readonly regex?: string;
}

function sensitiveIn(
  { sensitiveInformationPolicyConfig }: Guardrail,
  text: string,
): { readonly text: string; readonly found: readonly Found[] } {
  const { piiEntitiesConfig = [], regexesConfig = [] } = sensitiveInformationPolicyConfig ?? {};
  const found: Found[] = [];
  let kept = text;
  const look = (form: RegExp, label: string, entry: Omit<Found, 'match' | 'detected'>): void => {
    kept = kept.replaceAll(new RegExp(form, 'gu'), (match) => {
      found.push({ ...entry, detected: true, match });
      return entry.action === 'ANONYMIZED' ? `{${label}}` : match;
    });
  };
  for (const { type, action } of piiEntitiesConfig) {
    const form = piiPatterns[type];
    if (form !== undefined) look(form, type, { kind: 'pii', action: actions[action], type });
  }
  for (const { name, pattern, action } of regexesConfig) {
    const entry = { kind: 'regex', action: actions[action], name, regex: pattern } as const;
    look(new RegExp(pattern, 'u'), name, entry);
  }
  return { text: kept, found };
}

const actions = { BLOCK: 'BLOCKED', ANONYMIZE: 'ANONYMIZED', NONE: 'NONE' } as const;

function withoutKind({ kind: _, ...entry }: Found): object {
  return entry;
}

interface GroundingScore {
  readonly action: 'BLOCKED' | 'NONE';
  readonly detected: boolean;
  readonly score: number;
  readonly threshold: number;
  readonly type: string;
}

function groundingOf(
  { contextualGroundingPolicyConfig }: Guardrail,
  text: string,
  grounding: Grounding | undefined,
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

function wordSet(words: string): ReadonlySet<string> {
  return new Set(contentWords(words).map((word) => word.toLowerCase()));
}

/** A text unit is up to 1,000 characters, as guardrails are billed. */
function metricsOf(guardrail: Guardrail, text: string): object {
  return {
    guardrailCoverage: { textCharacters: { guarded: text.length, total: text.length } },
    guardrailProcessingLatency: 0,
    usage: guardrailUsage(guardrail, text),
  };
}

/** The units a guardrail charges for a text. */
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
