import { expect, test } from 'vitest';
import { accumulate, emptyAnswer, type Answer } from '#domain/conversation/accumulate.ts';
import { isLogEvent } from '#domain/conversation/turn-log.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { resumeAfter } from '#protocol/turn/cursor.ts';
import { joinToolInput } from '#protocol/turn/join-tool-input.ts';
import type { TurnEncoding } from '#protocol/turn/turn-encoding.ts';

/** Returns an encoding that records the events it gets. */
function record(): { readonly encoding: TurnEncoding; readonly events: TurnEvent[] } {
  const events: TurnEvent[] = [];
  const encode = (event: TurnEvent): string => {
    events.push(event);
    return '';
  };
  return { encoding: { contentType: '', headers: {}, encode }, events };
}

function toolUse(index: number, json: string, size: number): readonly TurnEvent[] {
  const deltas: TurnEvent[] = [];
  for (let start = 0; start < json.length; start += size) {
    deltas.push({ type: 'tool-input-delta', index, json: json.slice(start, start + size) });
  }
  const start = { type: 'block-start', index, toolUseId: `call-${index}`, name: 'write' } as const;
  return [start, ...deltas, { type: 'block-stop', index }];
}

function joinedEvents(events: readonly TurnEvent[]): readonly TurnEvent[] {
  const recorded = record();
  const encoding = joinToolInput(recorded.encoding);
  for (const event of events) encoding.encode(event);
  return recorded.events;
}

function contentOf(events: readonly TurnEvent[]): Answer['content'] {
  return events.filter(isLogEvent).reduce<Answer>(accumulate, emptyAnswer).content;
}

const lengths = (events: readonly TurnEvent[]): readonly number[] =>
  events.flatMap((event) => (event.type === 'tool-input-delta' ? [event.json.length] : []));

test('reading a long input costs a multiple of its length, however small its deltas are', () => {
  const json = JSON.stringify({ text: 'a long text '.repeat(10_000) });
  for (const size of [1, 5, 1_000]) {
    const events = joinedEvents(toolUse(0, json, size));
    let read = 0;
    // With each delta, all that has arrived is parsed.
    const parsed = lengths(events).map((length) => (read += length));
    expect(parsed.at(-1)).toBe(json.length);
    expect(parsed.reduce((sum, length) => sum + length)).toBeLessThan(8 * json.length);
  }
});

test('an input of few deltas comes as it arrives', () => {
  const events = toolUse(0, '{"city":"Kyoto"}', 8);
  expect(joinedEvents(events)).toEqual(events);
});

test('each call begins anew, and nothing is lost or comes too late', () => {
  const events: readonly TurnEvent[] = [
    { type: 'text-delta', index: 0, text: 'Look.' },
    ...toolUse(1, JSON.stringify({ text: 'a'.repeat(1_000) }), 3),
    ...toolUse(2, '{"text":"b"}', 3),
    { type: 'text-delta', index: 3, text: 'Done.' },
  ];
  const joined = joinedEvents(events);
  expect(contentOf(joined)).toEqual(contentOf(events));
  expect(joined.filter(({ type }) => type !== 'tool-input-delta')).toEqual(
    events.filter(({ type }) => type !== 'tool-input-delta'),
  );
  expect(lengths(joined.slice(-6))).toEqual([3, 3, 3, 3]);
});

test('deltas of two calls that are mixed stay apart', () => {
  const [first = [], second = []] = [1, 2].map((index) => toolUse(index, `[${index},${index}]`, 1));
  const mixed = first.flatMap((event, at) => second.slice(at, at + 1).concat(event));
  expect(contentOf(joinedEvents(mixed))).toEqual(contentOf(mixed));
});

test('a reader who resumes at any character gets the rest of an input', () => {
  const json = JSON.stringify({ text: 'a'.repeat(60) });
  const events = toolUse(0, json, 2);
  for (let characters = 1; characters <= json.length; characters += 1) {
    const inputs: TurnEncoding = {
      ...record().encoding,
      encode: (event) => (event.type === 'tool-input-delta' ? event.json : ''),
    };
    const encoding = joinToolInput(resumeAfter(inputs, characters));
    const rest = events.map((event) => encoding.encode(event)).join('');
    expect(rest).toBe(json.slice(characters));
  }
});
