import { readFileSync, readdirSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadMs } from '#bench/load-time.ts';

/**
 * The size limit of each function's bundle, in KB: every KB is read and compiled at a cold start.
 * Raise a limit only on purpose and for a known reason.
 */
const budgets: Readonly<Record<string, number>> = {
  // Most of it is the client of DynamoDB, where environments share the keys of issuers.
  authorizer: 85,
  // Chats include what reads and keeps the files of messages. Like all that ask models, they include
  // what each of Bedrock's models costs and which settings it has, 11 KB.
  chat: 265,
  'chat-buffered': 239,
  // Includes the fields of chat requests: the settings of a conversation are checked like them.
  conversations: 158,
  'conversation-stream': 142,
  invoke: 479,
  documents: 375,
  'upload-worker': 390,
  // Without the PDF parser, which is in a file of its own.
  'extract-text': 102,
  'combine-results': 103,
  knowledge: 176,
  langchain: 1_120,
  // Includes the schema of OpenAI's requests, for precise error messages.
  openai: 210,
  openapi: 61,
  // Includes the list of top-level domains, for the hosts of callbacks.
  tasks: 421,
  'task-worker': 502,
  'callback-worker': 395,
  // Includes the uploads and downloads of files.
  data: 386,
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

test('of the facts about models, functions have only what they need', () => {
  for (const name of Object.keys(budgets)) {
    expect([name, /contextTokens/u.test(readFileSync(`dist/${name}/index.cjs`, 'utf8'))]).toEqual([
      name,
      false,
    ]);
  }
});

test('every file that a bundle loads from its folder is there', () => {
  for (const name of Object.keys(budgets)) {
    const source = readFileSync(`dist/${name}/index.cjs`, 'utf8');
    const files = [...source.matchAll(/require\("\.\/([\w.-]+)"\)/gu)].map(([, file]) => file);
    expect(readdirSync(`dist/${name}`)).toEqual(expect.arrayContaining(files));
  }
});

test('the cold start benchmark can load every bundle', () => {
  for (const name of Object.keys(budgets)) {
    expect([name, loadMs(`dist/${name}`, 1)]).toEqual([name, expect.any(Number)]);
  }
});
