import { expect, test } from 'vitest';
import { parseInvokeRequest } from '#protocol/model/invoke-request.ts';

test.each([
  [{ modelParams: [1] }, "modelParams: must be an object: the model's own request"],
  [{ modelParams: 'Hi' }, "modelParams: must be an object: the model's own request"],
  [{ modelParams: {} }, 'modelParams: must not be empty'],
])('%j is rejected with an error that names the field', (change, message) => {
  const body = { bedrockParams: { modelId: 'm' }, ...change };
  expect(() => parseInvokeRequest(JSON.stringify(body))).toThrow(message);
});
