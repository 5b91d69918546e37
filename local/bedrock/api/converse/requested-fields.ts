import { formatOf } from '#local/bedrock/api/invoke/formats.ts';
import { toConverseEvents, type ConverseEvent } from '#local/bedrock/api/converse/events.ts';
import { selectMembers } from '#local/bedrock/api/converse/json-pointer.ts';
import type { AnswerEvent } from '#local/bedrock/turn/answer.ts';
import type { WholeReply } from '#local/bedrock/turn/reply.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';
import { createAnswerCollector, type WholeAnswer } from '#local/bedrock/turn/whole-answer.ts';

/**
 * What a response of Converse has because its request asks for it: how it was served, and members
 * of the model's own response.
 */

/** Adds to a whole response what the request asks for. */
export function withRequestedFields(
  reply: WholeReply,
  answer: WholeAnswer,
  turn: ModelTurn,
): WholeReply {
  const fields = { ...modelFields(answer, turn), ...servedAs(turn) };
  return { ...reply, body: sorted({ ...reply.body, ...fields }) };
}

/** Creates a function that renders the events of an answer with what the request asks for. */
export function createEventRenderer(
  turn: ModelTurn,
): (event: AnswerEvent) => readonly ConverseEvent[] {
  const { responsePaths = [] } = turn;
  const served = servedAs(turn);
  const toEvents = (event: AnswerEvent): readonly ConverseEvent[] => {
    const events = toConverseEvents(event);
    return event.type === 'end' ? events.map((metadata) => withMembers(metadata, served)) : events;
  };
  if (responsePaths.length === 0)
    return Object.keys(served).length === 0 ? toConverseEvents : toEvents;
  // The model's own response is complete at the end, so messageStop waits until then.
  const collector = createAnswerCollector();
  let stop: readonly ConverseEvent[] = [];
  return (event) => {
    collector.add(event);
    if (event.type === 'stop') {
      stop = toEvents(event);
      return [];
    }
    if (event.type !== 'end') return toEvents(event);
    const fields = modelFields(collector.whole(), turn);
    return [...stop.map((messageStop) => withMembers(messageStop, fields)), ...toEvents(event)];
  };
}

function withMembers({ name, members }: ConverseEvent, more: object): ConverseEvent {
  return { name, members: sorted({ ...members, ...more }) };
}

function modelFields(answer: WholeAnswer, turn: ModelTurn): object {
  const { responsePaths = [], model } = turn;
  const native =
    responsePaths.length === 0 ? undefined : formatOf(model.format)?.whole(answer, turn);
  const selected = selectMembers(native, responsePaths);
  return selected === undefined ? {} : { additionalModelResponseFields: selected };
}

function servedAs({ serving: { serviceTier, latency } = {} }: ModelTurn): object {
  return {
    ...(latency === undefined ? {} : { performanceConfig: { latency } }),
    ...(serviceTier === undefined ? {} : { serviceTier: { type: serviceTier } }),
  };
}

function sorted(members: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
