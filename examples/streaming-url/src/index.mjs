import { once } from 'node:events';
import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';

const client = new BedrockRuntimeClient({});

/** Streams the model's answer to the prompt in the request body, as plain text. */
export const handler = awslambda.streamifyResponse(async (event, responseStream) => {
  const encoding = event.isBase64Encoded ? 'base64' : 'utf8';
  const prompt = Buffer.from(event.body ?? '', encoding).toString('utf8');
  if (prompt.trim() === '') {
    respond(responseStream, 400, 'Send a prompt as the request body.\n');
    return;
  }
  let answer;
  try {
    answer = await client.send(
      new ConverseStreamCommand({
        modelId: process.env.MODEL_ID,
        messages: [{ role: 'user', content: [{ text: prompt }] }],
        inferenceConfig: { maxTokens: 1000 },
      }),
    );
  } catch (error) {
    console.error(error);
    const statusCode = error.name === 'ThrottlingException' ? 429 : 502;
    respond(responseStream, statusCode, 'The model is not available. Try again later.\n');
    return;
  }
  const response = startResponse(responseStream, 200);
  for await (const text of readText(answer.stream)) {
    if (!response.write(text)) await once(response, 'drain');
  }
  response.end();
});

function startResponse(responseStream, statusCode) {
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  return awslambda.HttpResponseStream.from(responseStream, { statusCode, headers });
}

function respond(responseStream, statusCode, text) {
  const response = startResponse(responseStream, statusCode);
  // Lambda sends status and headers with the first `write`; `end` alone does not send them.
  response.write(text);
  response.end();
}

async function* readText(events) {
  let isComplete = false;
  for await (const event of events) {
    const text = event.contentBlockDelta?.delta?.text;
    if (text) yield text;
    if (event.messageStop) isComplete = true;
  }
  // A lost connection may end the loop without an error, but also without `messageStop`. Throwing
  // makes Lambda break the response off, so that the client does not take it for the whole answer.
  if (!isComplete) throw new Error('The answer was cut short.');
}
