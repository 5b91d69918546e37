import type { HistoryEvent } from '#local/step-functions/execution-store.ts';
import type { History } from '#local/step-functions/interpreter/run.ts';
import type { Json } from '#local/template/json.ts';

/**
 * Returns a history that numbers its events after `count` earlier ones. Each branch tracks the event
 * that its next one refers to. `record` receives every event.
 */
export function createHistory(
  count: number,
  record: (event: Omit<HistoryEvent, 'at'>) => void,
): History {
  let id = count;
  const branchFrom = (start: number): History => {
    let previous = start;
    const note = (type: string, details: Json = {}): number => {
      id += 1;
      record({ id, previous, type, details: JSON.stringify(details) });
      return id;
    };
    return {
      note,
      add(type, details) {
        previous = note(type, details);
        return previous;
      },
      last: () => previous,
      continueAfter(event) {
        previous = event;
      },
      fork: () => branchFrom(previous),
    };
  };
  return branchFrom(count);
}
