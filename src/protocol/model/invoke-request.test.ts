import { expect, test } from 'vitest';
import { explainRefusal, parseInvokeRequest } from '#protocol/model/invoke-request.ts';

test.each([
  [{ modelParams: [1] }, "modelParams: must be an object: the model's own request"],
  [{ modelParams: 'Hi' }, "modelParams: must be an object: the model's own request"],
  [{ modelParams: {} }, 'modelParams: must not be empty'],
])('%j is rejected with an error that names the field', (change, message) => {
  const body = { bedrockParams: { modelId: 'm' }, ...change };
  expect(() => parseInvokeRequest(JSON.stringify(body))).toThrow(message);
});

test.each([
  ['max_tokens: Input should be a valid integer', 'modelParams.max_tokens'],
  ['messages.0.content: Field required', 'modelParams.messages.0.content'],
  [
    'Malformed input request: #/inferenceConfig/maxTokens: expected type: Integer, found: String',
    'modelParams.inferenceConfig.maxTokens',
  ],
  [
    'Malformed input request: #: 2 schema violations found, #/temperature: 2 is not less or equal to 1',
    'modelParams.temperature',
  ],
  ['Malformed input request: #: required key [messages] not found', 'modelParams.messages'],
  ['#/inferenceConfig: extraneous key [top] is not permitted', 'modelParams.inferenceConfig.top'],
  ["1 validation error detected: Value '2' at 'a.b' failed to satisfy", 'modelParams.a.b'],
  ['The request was refused: no reason.', 'modelParams'],
])('the explanation of %j names the field', (refusal, field) => {
  expect(explainRefusal(refusal)).toBe(
    `${field}: the model does not accept this request: ${refusal}`,
  );
});
