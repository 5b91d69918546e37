import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findModel, type ModelPolicy } from '#local/bedrock/model/models.ts';
import { nearestId } from '#local/bedrock/model/nearest-id.ts';

const policy: ModelPolicy = {
  servesEnded: true,
  aliases: new Map(),
  withoutAccess: new Set(),
  unknownModels: 'refuse',
};

/** Sonnet 4.6 has no version in its id on AWS, unlike Opus 4.6. */
const wrong = ['anthropic.claude-sonnet-4-6-v1', 'us.anthropic.claude-sonnet-4-6-v1'];

/** Returns the ids that the types of the AI SDK list for chats or embeddings. */
function aiSdkIds(kind: string): readonly string[] {
  const types = readFileSync('node_modules/@ai-sdk/amazon-bedrock/dist/index.d.ts', 'utf8');
  const [, list = ''] =
    new RegExp(`type AmazonBedrock${kind}ModelId = ([^;]*);`, 'u').exec(types) ?? [];
  return [...list.matchAll(/'([^']+)'/gu)].map(([, id = '']) => id);
}

test('every model that the AI SDK lists is known', () => {
  const ids = [...aiSdkIds('Chat'), ...aiSdkIds('Embedding')];
  expect(ids.length).toBeGreaterThan(90);
  expect(ids.filter((id) => !isKnown(id))).toEqual(wrong);
});

function isKnown(id: string): boolean {
  try {
    return findModel(id, policy).id !== '';
  } catch (error) {
    // A bare id of a model that needs an inference profile is known, too.
    return error instanceof Error && error.message.includes('on-demand throughput');
  }
}

test.each([
  ['us.anthropic.claude-sonnet-4-6-v1', 'us.anthropic.claude-sonnet-4-6'],
  ['openai.gpt-oss-20b', 'openai.gpt-oss-20b-1:0'],
  ['amazon.nova-lite', 'amazon.nova-lite-v1:0'],
])('the nearest id to %s is %s', (id, nearest) => {
  expect(nearestId(id)).toBe(nearest);
});

test('a model id of any length is refused at once, in few words', () => {
  const id = `amazon.nova-lite-${'x'.repeat(300_000)}`;
  expect(nearestId(id)).not.toBe('');
  expect(() => findModel(id, policy)).toThrow(
    expect.objectContaining({
      hint: expect.stringMatching(/^The model id amazon\.nova-lite-x+… is unknown\..{10,250}$/u),
    }),
  );
});
