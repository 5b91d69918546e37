/** How many tokens a long answer has. */
export const answerTokens = 15_000;

/**
 * Returns a long answer in Markdown as tokens: sections with a heading, a paragraph, a list, code and
 * a table. About every tenth token is a numbered mark, such as `m42`, by which a browser can tell how
 * much of the answer it has received, and how much it shows.
 */
export function* longAnswer(tokens = answerTokens): Generator<string> {
  let count = 0;
  let mark = 0;
  for (let section = 1; count < tokens; section += 1) {
    for (const token of sectionTokens(section, () => (mark += 1))) {
      yield token;
      count += 1;
      if (count === tokens) return;
    }
  }
}

function* sectionTokens(section: number, nextMark: () => number): Generator<string> {
  yield* [`\n\n## Section`, ` ${section}`, '\n\n'];
  for (let sentence = 0; sentence < 9; sentence += 1) {
    yield* [
      'The',
      ' river',
      ' carries',
      ' **sand**',
      ' past',
      ' the',
      ' `mill`',
      ' and',
      ' on',
      ' to',
    ];
    yield ` m${nextMark()} `;
  }
  yield '\n\n';
  for (let item = 0; item < 4; item += 1) {
    yield* [
      '- ',
      'an',
      ' item',
      ' with',
      ' [a',
      ' link](https://example.com)',
      ` m${nextMark()} `,
      '\n',
    ];
  }
  yield* ['\n```ts\n', 'for await', ' (const', ' delta', ' of', ' answer)', ' {\n'];
  yield* ['  write', '(delta);', '\n', '}\n', '```\n\n'];
  yield* ['| a', ' | b', ' |\n', '| -', ' | -', ' |\n'];
  for (let row = 0; row < 3; row += 1) yield* ['| one', ` | m${nextMark()} `, ' |\n'];
}

/** Returns the stored turns of a long conversation, oldest first. */
export function storedTurns(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => {
    const response = [...longAnswer(180)].join('');
    return {
      turn_id: `t${index}`,
      parent_turn_id: index === 0 ? null : `t${index - 1}`,
      state: 'complete',
      message: `Question ${index}`,
      response: `${response}\n\nEnd of answer ${index}.`,
      content: [{ type: 'text', text: `${response}\n\nEnd of answer ${index}.` }],
      model: 'any',
      created_at: '2026-11-30T00:00:00.000Z',
      stop_reason: 'end_turn',
    };
  });
}
