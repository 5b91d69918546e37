import type { SourceEvent, SourceEvents } from '#local/bedrock/turn/answer.ts';

type Change = (event: SourceEvent) => SourceEvent;

/** Returns the events with a change applied to each. Events that need no waiting stay so. */
export function mapEvents(events: SourceEvents, change: Change): SourceEvents {
  return Symbol.asyncIterator in events ? mapAwaited(events, change) : mapAtOnce(events, change);
}

function* mapAtOnce(events: Iterable<SourceEvent>, change: Change): Generator<SourceEvent> {
  for (const event of events) yield change(event);
}

async function* mapAwaited(
  events: AsyncIterable<SourceEvent>,
  change: Change,
): AsyncGenerator<SourceEvent> {
  for await (const event of events) yield change(event);
}
