import { createBedrockEngine } from '#local/bedrock/engine.ts';
import { defaultPace, type Pace } from '#local/bedrock/pace.ts';
import { endOnSignals } from '#local/end-on-signals.ts';
import { createGateway } from '#local/gateway.ts';
import { listen } from '#local/listen.ts';
import { readWholeNumber } from '#local/read-number.ts';
import { readOptions } from '#local/read-options.ts';

const help = `Amazon Bedrock on your laptop: Converse and ConverseStream, answered by a simulation.

npm run bedrock -- [--port N] [--ttft MS] [--tokens-per-second N]

  --port N               where to listen on 127.0.0.1 (4566)
  --ttft MS              time to the first token, in milliseconds (${defaultPace.ttftMs})
  --tokens-per-second N  how fast it speaks; 0 says everything at once (${defaultPace.tokensPerSecond})
`;

const { values } = readOptions({
  options: {
    port: { type: 'string', default: '4566' },
    ttft: { type: 'string', default: String(defaultPace.ttftMs) },
    'tokens-per-second': { type: 'string', default: String(defaultPace.tokensPerSecond) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(help);
else await start();

async function start(): Promise<void> {
  const pace: Pace = {
    ttftMs: readWholeNumber('--ttft', values.ttft),
    tokensPerSecond: readWholeNumber('--tokens-per-second', values['tokens-per-second']),
  };
  const bedrock = createBedrockEngine(pace);
  const gateway = createGateway(() => bedrock);
  const requested = readWholeNumber('--port', values.port);
  const port = await listen(gateway.server, { port: requested, option: '--port' });
  const url = `http://127.0.0.1:${port}`;
  const body = '{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}';
  console.log(`Bedrock is ready: AWS_ENDPOINT_URL_BEDROCK_RUNTIME=${url}\n`);
  console.log("It wants credentials, and takes any. An SDK's will do; with curl:\n");
  console.log(
    `  curl ${url}/model/amazon.nova-lite-v1:0/converse -H 'authorization: Bearer any' -d '${body}'\n`,
  );
  endOnSignals(() => gateway.close());
}
