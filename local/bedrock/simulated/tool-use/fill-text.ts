import { findTopic } from '#local/bedrock/simulated/language/topic.ts';
import { sentimentOf } from '#local/bedrock/simulated/language/sentiment.ts';
import { keySentences } from '#local/bedrock/simulated/language/summary.ts';

/** What a property can be filled with: a text and its names, next first. */
export interface TextFacts {
  readonly text: string;
  /** A used name goes to the end of the list. */
  readonly names: string[];
}

/** Returns a text for the property of a name. */
export function textFor(name: string, facts: TextFacts): string {
  if (/sentiment|感情/iu.test(name)) return sentimentOf(facts.text).label;
  if (/summar|abstract|要約/iu.test(name)) return keySentences(facts.text, 2).join(' ');
  if (/time_?zone|^tz$/iu.test(name)) return timeZoneIn(facts.text);
  if (/note|memo|content/iu.test(name)) {
    const [, content] = /[:：]\s*(\S[^]*)$/u.exec(facts.text) ?? [];
    if (content !== undefined) return content.trim();
  }
  if (/date|day|due/iu.test(name)) return dateIn(facts.text);
  if (/mail|^to$|recipient/iu.test(name)) return emailIn(facts.text);
  if (/number|_no$|code|^id$|_id$|Id$/u.test(name)) {
    const [code] = /\b[A-Z]{2,10}-?\d+\b|\b\d{3,}\b/u.exec(facts.text) ?? [];
    if (code !== undefined) return code;
  }
  if (/zip|postal/iu.test(name))
    return /\b\d{5}\b|\b\d{3}-\d{4}\b/u.exec(facts.text)?.[0] ?? '00000';
  if (/query|question|prompt|text|message|input/iu.test(name)) return facts.text.trim();
  if (/city|location|place|country|name|person|customer|title|company/iu.test(name)) {
    const next = facts.names.shift();
    if (next !== undefined) {
      facts.names.push(next);
      return next;
    }
    const [, place] =
      /\b(?:in|at|for|near)\s+((?!the\b|a\b)[a-z][\w'-]{1,30}(?: [a-z][\w'-]{1,30})?)\W*$/iu.exec(
        facts.text,
      ) ?? [];
    if (place !== undefined) return place;
  }
  return topicOrText(facts.text);
}

/** Returns the topic of a text, or else its beginning. */
export function topicOrText(text: string): string {
  return findTopic(text) ?? text.replaceAll(/\s+/gu, ' ').trim().slice(0, 40);
}

/** Returns the time zone whose name or city the text contains, or else UTC. */
function timeZoneIn(text: string): string {
  if (/東京|日本/u.test(text)) return 'Asia/Tokyo';
  const lower = text.toLowerCase();
  const timeZone = Intl.supportedValuesOf('timeZone').find((zone) => {
    const city = zone.split('/').at(-1) ?? zone;
    return (
      lower.includes(zone.toLowerCase()) || lower.includes(city.replaceAll('_', ' ').toLowerCase())
    );
  });
  return timeZone ?? 'UTC';
}

/** What the formats of JSON Schema are filled with. */
export const formats: ReadonlyMap<string, (text: string) => string> = new Map(
  Object.entries({
    date: dateIn,
    'date-time': (text) => `${dateIn(text)}T09:00:00Z`,
    time: () => '09:00:00Z',
    duration: () => 'PT1H',
    email: (text) =>
      /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/u.exec(text)?.[0] ??
      'someone@example.com',
    hostname: () => 'example.com',
    uri: (text) => /https?:\/\/[^\s"'<>()]+/u.exec(text)?.[0] ?? 'https://example.com/',
    ipv4: () => '192.0.2.1',
    ipv6: () => '2001:db8::1',
    uuid: () => '00000000-0000-4000-8000-000000000000',
  }),
);

function emailIn(text: string): string {
  const form = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/u;
  return form.exec(text)?.[0] ?? 'someone@example.com';
}

function dateIn(text: string): string {
  const [, month, day, year] =
    /\b(January|February|March|April|May|June|July|August|September|October|November|December) (\d{1,2}),? (\d{4})\b/u.exec(
      text,
    ) ?? [];
  if (month !== undefined) {
    const number = new Date(`${month} 1, 2000 UTC`).getUTCMonth() + 1;
    return `${year}-${String(number).padStart(2, '0')}-${day?.padStart(2, '0')}`;
  }
  return /\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)/u.exec(text)?.[0] ?? '2026-01-15';
}
