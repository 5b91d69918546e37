import { readdirSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadMs } from '#bench/load-time.ts';

/**
 * The size limit of each function's bundle, in KB: every KB is read and compiled at a cold start.
 * Raise a limit only on purpose and for a known reason.
 */
const budgets: Readonly<Record<string, number>> = {
  // Most of it is the client of DynamoDB, where environments share the keys of issuers.
  authorizer: 370,
  chat: 530,
  'chat-buffered': 530,
  conversations: 400,
  'conversation-stream': 400,
  invoke: 480,
  documents: 400,
  'upload-worker': 420,
  // Without the PDF parser, which is in a file of its own.
  'extract-text': 400,
  'combine-results': 370,
  knowledge: 425,
  langchain: 1_105,
  // Includes the schema of OpenAI's requests, for precise error messages.
  openai: 500,
  openapi: 60,
  // Includes the list of top-level domains, for the hosts of callbacks.
  tasks: 440,
  'task-worker': 550,
  'callback-worker': 420,
  data: 380,
  'data-worker': 440,
};

test('every function has a size budget and is within it', () => {
  const folders = readdirSync('dist', { withFileTypes: true }).filter((one) => one.isDirectory());
  const sizes = folders.map(({ name }) => ({
    name,
    kilobytes: Math.ceil(statSync(`dist/${name}/index.cjs`).size / 1_024),
  }));
  expect(sizes.map(({ name }) => name).toSorted()).toEqual(Object.keys(budgets).toSorted());
  expect(sizes.filter(({ name, kilobytes }) => kilobytes > (budgets[name] ?? 0))).toEqual([]);
});

test('the cold start benchmark can load every bundle', () => {
  for (const name of Object.keys(budgets)) {
    expect([name, loadMs(`dist/${name}`, 1)]).toEqual([name, expect.any(Number)]);
  }
});
