import type { TurnView } from './turn-view.ts';

/** Questions that were asked at the same place, of which one is shown. */
export interface Alternatives {
  readonly turns: readonly TurnView[];
  readonly index: number;
}

/** The turns from the conversation's beginning, as far as it is loaded, to the last one shown. */
export function pathTo(turns: readonly TurnView[], last: string | undefined): readonly TurnView[] {
  const path: TurnView[] = [];
  let next = turns.find(({ key }) => key === last) ?? turns.at(-1);
  while (next !== undefined) {
    path.unshift(next);
    const { parentId } = next;
    next = parentId === null ? undefined : turns.find(({ turnId }) => turnId === parentId);
  }
  return path;
}

/** A turn and those that were asked in its place. */
export function alternativesOf(turns: readonly TurnView[], turn: TurnView): Alternatives {
  const all = turns.filter(({ parentId }) => parentId === turn.parentId);
  return { turns: all, index: all.indexOf(turn) };
}

/** The newest of the turns that follow a turn, or itself. */
export function newestAfter(turns: readonly TurnView[], turn: TurnView): TurnView {
  const last = turns.findLast(({ parentId }) => parentId !== null && parentId === turn.turnId);
  return last === undefined ? turn : newestAfter(turns, last);
}
