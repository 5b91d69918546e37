import type { TurnView } from './turn-view.ts';

/** The turns that follow the same parent, and the index of the one that is shown. */
export interface Alternatives {
  readonly turns: readonly TurnView[];
  readonly index: number;
}

/**
 * Returns the loaded turns of one branch, oldest first. The branch ends with the turn whose key is
 * `lastKey`, or with the newest turn if there is no such turn.
 */
export function branchTo(
  turns: readonly TurnView[],
  lastKey: string | undefined,
): readonly TurnView[] {
  const branch: TurnView[] = [];
  let next = turns.find(({ key }) => key === lastKey) ?? turns.at(-1);
  while (next !== undefined) {
    branch.unshift(next);
    const { parentId } = next;
    next = parentId === null ? undefined : turns.find(({ turnId }) => turnId === parentId);
  }
  return branch;
}

/** Returns a turn and its siblings: other answers to the question, and edited questions. */
export function alternativesOf(turns: readonly TurnView[], turn: TurnView): Alternatives {
  const siblings = turns.filter(({ parentId }) => parentId === turn.parentId);
  return { turns: siblings, index: siblings.indexOf(turn) };
}

/** Returns the last turn of the newest branch through a turn; the turn itself if none follows it. */
export function newestDescendant(turns: readonly TurnView[], turn: TurnView): TurnView {
  const child = turns.findLast(({ parentId }) => parentId !== null && parentId === turn.turnId);
  return child === undefined ? turn : newestDescendant(turns, child);
}
