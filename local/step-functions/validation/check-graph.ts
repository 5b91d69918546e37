import { item, member, report, type Place } from '#local/step-functions/validation/place.ts';
import { isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** A state to which another one can go, and the place that says so. */
interface Transition {
  readonly target: string;
  readonly place: Place;
}

/** Checks that every transition has a target, that every state can be reached, and that there is an end. */
export function checkGraph({ StartAt: start }: Json, states: Json, place: Place): void {
  const transitions = new Map(
    Object.entries(states).map(([name, state]) => [
      name,
      transitionsOf(record(state), member(member(place, 'States'), name)),
    ]),
  );
  const startTransition =
    typeof start === 'string' ? [{ target: start, place: member(place, 'StartAt') }] : [];
  for (const { target, place: at } of [...startTransition, ...[...transitions.values()].flat()]) {
    if (!transitions.has(target))
      report(at, `Missing 'Next' target: ${target}`, 'MISSING_TRANSITION_TARGET');
  }
  const hasEnd = Object.values(states).some((state) => isEnd(record(state)));
  // Only the machine itself needs an end, and without one nothing is said about what is reached.
  if (place.location === '' && !hasEnd) {
    const message = 'Workflow has no terminal state';
    place.machine.diagnostics.push({ severity: 'ERROR', code: 'MISSING_END_STATE', message });
  } else if (startTransition.length > 0) {
    reportUnreachable(transitions, startTransition, place);
  }
}

function isEnd({ Type: type, End: end }: Json): boolean {
  return type === 'Succeed' || type === 'Fail' || end === true;
}

function transitionsOf(state: Json, place: Place): readonly Transition[] {
  return [
    ...transition(state, 'Next', place),
    ...transition(state, 'Default', place),
    ...transitionsOfEach(state, 'Choices', place),
    ...transitionsOfEach(state, 'Catch', place),
  ];
}

function transitionsOfEach(state: Json, name: string, place: Place): readonly Transition[] {
  const { [name]: value } = state;
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.flatMap((entry, index) =>
    isRecord(entry) ? transition(entry, 'Next', item(member(place, name), index)) : [],
  );
}

function transition(from: Json, name: string, place: Place): readonly Transition[] {
  const { [name]: target } = from;
  return typeof target === 'string' ? [{ target, place: member(place, name) }] : [];
}

function reportUnreachable(
  transitions: ReadonlyMap<string, readonly Transition[]>,
  start: readonly Transition[],
  place: Place,
): void {
  const reached = new Set<string>();
  const pending = start.map(({ target }) => target);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    pending.push(...(transitions.get(name) ?? []).map(({ target }) => target));
  }
  for (const name of transitions.keys()) {
    if (reached.has(name)) continue;
    const at = member(member(place, 'States'), name);
    report(at, `State "${name}" is not reachable.`, 'MISSING_TRANSITION_TARGET');
  }
}
