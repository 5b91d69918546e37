import type { TurnView } from './turn-view.ts';

/** Turns that can stand in one place of the conversation, and the index of the one that is shown. */
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

/** Returns a turn and the other answers to its question. */
export function answersOf(turns: readonly TurnView[], turn: TurnView): Alternatives {
  const siblings = siblingsOf(turns, turn);
  const answers = siblings.filter((each) => {
    return each === turn || (isSameQuestion(each, turn) && !isDecided(each, siblings));
  });
  return { turns: answers, index: answers.indexOf(turn) };
}

/** Returns the newest turn of each version of a question; the turn itself for its own version. */
export function questionsOf(turns: readonly TurnView[], turn: TurnView): Alternatives {
  const versions: TurnView[] = [];
  for (const each of siblingsOf(turns, turn)) {
    const index = versions.findIndex((version) => isSameQuestion(version, each));
    if (index === -1) versions.push(each);
    else if (versions[index] !== turn) versions[index] = each;
    if (each === turn && index !== -1) versions[index] = turn;
  }
  return { turns: versions, index: versions.indexOf(turn) };
}

function siblingsOf(turns: readonly TurnView[], { parentId }: TurnView): readonly TurnView[] {
  return turns.filter((each) => each.parentId === parentId);
}

function isSameQuestion(one: TurnView, other: TurnView): boolean {
  return one.question === other.question && filesOf(one) === filesOf(other);
}

function filesOf({ attachments = [] }: TurnView): string {
  return attachments.map(({ attachment_id: id }) => id).join(' ');
}

/** Whether a turn waited for a decision with which another one goes on: they are one answer. */
function isDecided({ answer }: TurnView, siblings: readonly TurnView[]): boolean {
  const waiting = answer.content.findLast((block) => block.type === 'approval');
  if (waiting === undefined) return false;
  return siblings.some(({ answer: { content } }) =>
    content.some((block) => block.type === 'tool-result' && block.toolUseId === waiting.toolUseId),
  );
}

/** Returns the last turn of the newest branch through a turn; the turn itself if none follows it. */
export function newestDescendant(turns: readonly TurnView[], turn: TurnView): TurnView {
  const child = turns.findLast(({ parentId }) => parentId !== null && parentId === turn.turnId);
  return child === undefined ? turn : newestDescendant(turns, child);
}
