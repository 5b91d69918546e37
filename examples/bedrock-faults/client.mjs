import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const http2 = new BedrockRuntimeClient({}); // the SDK's default
const http1 = new BedrockRuntimeClient({ requestHandler: new NodeHttpHandler() });

/** Reads one streamed answer and reports what the client saw. */
async function ask(client, prompt) {
  const startedAt = performance.now();
  const seen = { prompt, protocol: client === http1 ? 'HTTP/1.1' : 'HTTP/2' };
  let stopReason;
  try {
    const { stream, $metadata } = await client.send(
      new ConverseStreamCommand({
        modelId: 'amazon.nova-lite-v1:0',
        messages: [{ role: 'user', content: [{ text: prompt }] }],
      }),
    );
    seen.attempts = $metadata.attempts;
    for await (const { contentBlockDelta, messageStop } of stream) {
      if (contentBlockDelta) seen.firstTokenMs ??= Math.round(performance.now() - startedAt);
      stopReason ??= messageStop?.stopReason;
    }
    // The loop ends in silence if the connection is lost on HTTP/2: only a stop reason ends an answer.
    seen.outcome = stopReason ?? 'cut short, without an error';
  } catch (error) {
    seen.attempts ??= error.$metadata?.attempts;
    seen.outcome = error.code ?? error.name;
  }
  return seen;
}

console.table(
  await Promise.all([
    ask(http2, 'hello'),
    ask(http2, 'busy'),
    ask(http2, 'overloaded'),
    ask(http2, 'slow'),
    ask(http2, 'fails'),
    ask(http2, 'lost'),
    ask(http1, 'lost'),
  ]),
);
