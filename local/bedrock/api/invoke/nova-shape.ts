import {
  messageShape,
  systemShape,
  toolConfigShape,
} from '#local/bedrock/api/converse/request-shape.ts';
import {
  closedStructure,
  integer,
  isRecord,
  list,
  number,
  oneOf,
  string,
  type Problem,
  type Shape,
  type Shaped,
} from '#local/wire/shape.ts';

/** Nova's native request, which refuses members that are not in here. */

const inferenceConfig = closedStructure(
  {},
  {
    max_new_tokens: integer({ min: 1 }),
    maxTokens: integer({ min: 1 }),
    temperature: number({ min: 0, max: 1 }),
    topP: number({ min: 0, max: 1 }),
    topK: integer({ min: 0 }),
    stopSequences: list(string({ min: 1 })),
  },
);

const reasoningConfig: Shape<Readonly<Record<string, unknown>>> = (value, path, problems) => ({
  ...reasoningShape(value, path, problems),
});

const reasoningShape = closedStructure(
  { type: oneOf('enabled', 'disabled') },
  { maxReasoningEffort: oneOf('low', 'medium', 'high') },
);

/** Messages are Converse's, but closed: each has two members, and each block one. */
const message: Shape<Shaped<typeof messageShape>> = (value, path, problems) => {
  if (isRecord(value)) addExtras(value, ['role', 'content'], path, problems);
  const found: Problem[] = [];
  const read = messageShape(value, path, found);
  for (const problem of found) {
    const { rule, value: block } = problem;
    if (rule.type !== 'one-member' || !isRecord(block)) problems.push(problem);
    else addExtras(block, blocks, problem.path, problems);
  }
  return read;
};

const blocks = ['text', 'image', 'document', 'video', 'audio', 'toolUse', 'toolResult'].concat(
  'cachePoint',
  'guardContent',
  'reasoningContent',
);

function addExtras(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: Problem['path'],
  problems: Problem[],
): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    problems.push({ path: [...path, key], value: undefined, rule: { type: 'known-member' } });
  }
}

export const novaShape = closedStructure(
  { messages: list(message) },
  {
    schemaVersion: oneOf('messages-v1'),
    system: systemShape,
    inferenceConfig,
    toolConfig: toolConfigShape,
    reasoningConfig,
  },
);

/** What Converse passes on to Nova: the members that it has no own ones for. */
export const novaFieldsShape = closedStructure({}, { inferenceConfig, reasoningConfig });
