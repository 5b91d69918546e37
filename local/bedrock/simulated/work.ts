import { sourcesOf } from '#local/bedrock/simulated/grounded.ts';
import { keywordsOf } from '#local/bedrock/simulated/keywords.ts';
import type { PlannedText } from '#local/bedrock/simulated/plan.ts';
import { sentimentOf } from '#local/bedrock/simulated/sentiment.ts';
import { tellingSentences } from '#local/bedrock/simulated/topic.ts';
import type { Voice } from '#local/bedrock/simulated/voice.ts';
import { lastUserText, textOf, type ModelTurn } from '#local/bedrock/turn.ts';

/**
 * Small honest work on a text that a turn brings along: its summary, sentiment or key phrases, or
 * several of them; as JSON where JSON is asked for. Nothing where none of it is asked.
 */
export function workOn(turn: ModelTurn, voice: Voice): readonly PlannedText[] | undefined {
  const question = lastUserText(turn);
  const system = textOf(turn.system);
  const documents = sourcesOf(turn).map(({ text }) => text);
  // What to do is said before the text it is done to, or in the system prompt.
  const [, before = '', after = ''] = /^([^\n]{1,400}?)[:：\n]\s*([^]+)$/u.exec(question) ?? [];
  const asked = wantedIn(before === '' ? question : before);
  const wanted = asked.length > 0 ? asked : wantedIn(system);
  if (wanted.length === 0) return undefined;
  const own = asked.length > 0 ? after : question;
  const text = documents.length > 0 ? documents.join('\n') : own;
  if (text.trim().length < 20) return undefined;
  if (/\bjson\b/iu.test(`${system}\n${question}`)) {
    const parts = wanted.map((kind) => asJson(kind, text));
    return [{ text: JSON.stringify(Object.assign({}, ...parts)) }];
  }
  const parts = wanted.map((kind) => inWords(kind, text, voice));
  return [{ text: [voice.label, ...parts].join('\n\n') }];
}

type Work = 'summary' | 'sentiment' | 'keywords';

const kinds: readonly (readonly [Work, RegExp])[] = [
  ['summary', /summar|in short|tl;?dr|condense|要約|まとめて|概要/iu],
  ['sentiment', /sentiment|emotional tone|positive or negative|感情|ポジティブ|センチメント/iu],
  ['keywords', /key ?words|key ?phrases|main topics|キーワード|重要語/iu],
];

function wantedIn(text: string): readonly Work[] {
  return kinds.filter(([, form]) => form.test(text)).map(([kind]) => kind);
}

function asJson(kind: Work, text: string): Readonly<Record<string, unknown>> {
  if (kind === 'summary') return { summary: tellingSentences(text, 3).join(' ') };
  if (kind === 'keywords') return { keywords: keywordsOf(text, 8) };
  const { label, score } = sentimentOf(text);
  return { sentiment: label, score };
}

function inWords(kind: Work, text: string, voice: Voice): string {
  if (kind === 'summary') return voice.summary(tellingSentences(text, 3));
  if (kind === 'keywords') return voice.keywords(keywordsOf(text, 8));
  return voice.sentiment(sentimentOf(text));
}
