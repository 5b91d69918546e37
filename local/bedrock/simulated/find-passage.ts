/** A text that a question contains, and the instruction about it. */
export interface Passage {
  readonly text: string;
  readonly instruction: string;
}

/** Returns the passage of a question that stands between tags or after "Context:", if any. */
export function findPassage(question: string): Passage | undefined {
  const tagged = /<([a-z][\w-]{1,79})>\s*([^]+?)\s*<\/\1>/u.exec(question);
  if (tagged !== null) {
    const [whole, , text = ''] = tagged;
    return { text, instruction: question.replace(whole, ' ').trim() };
  }
  const start = /^\s*(?:context|passage|document|文脈|資料|参考)\s*[:：]/iu.exec(question);
  const end = [...question.matchAll(/(?:question|質問|問い)\s*[:：]/giu)].at(-1);
  if (start === null || end === undefined) return undefined;
  const text = question.slice(start[0].length, end.index).trim();
  return { text, instruction: question.slice(end.index + end[0].length).trim() };
}
