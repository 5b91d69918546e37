import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { ask } from './ask.mjs';
import { startBedrock } from './local-bedrock.mjs';

let bedrock;

before(async () => {
  bedrock = await startBedrock();
  // The SDK reads these with its first request.
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url;
  process.env.AWS_REGION = 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID = 'any';
  process.env.AWS_SECRET_ACCESS_KEY = 'any';
});
afterEach(() => bedrock.reset());
after(() => bedrock.stop());

test('returns the answer', async () => {
  assert.match(await ask('What is 12 * 7?'), /84/);
});

test('returns an answer that the test wrote', async () => {
  await bedrock.addScenario({ match: { text: 'capital' }, stream: [{ text: 'Tokyo' }] });
  assert.equal(await ask('What is the capital of Japan?'), 'Tokyo');
});

test('retries a throttled request', async () => {
  await bedrock.addScenario({ fail: { type: 'ThrottlingException', times: 1 } });
  await ask('Hello');
  const requests = await bedrock.requests();
  assert.deepEqual(
    requests.map(({ status, outcome }) => [status, outcome]),
    [
      [429, 'refused'],
      [200, 'completed'],
    ],
  );
});

test('rejects an answer that is cut short', async () => {
  await bedrock.addScenario({ stream: [{ text: 'The answer beg' }, { cut: 'eof' }] });
  await assert.rejects(ask('Hello'), /cut short/);
});
