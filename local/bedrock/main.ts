import { createBedrock } from '#local/bedrock/bedrock.ts';
import {
  bedrockArguments,
  bedrockHelp,
  readBedrockArguments,
  whoAnswers,
} from '#local/bedrock/server/command-options.ts';
import type { JournalEntry } from '#local/bedrock/server/journal.ts';
import type { IdentityPolicy } from '#local/bedrock/server/identity.ts';
import { endOnSignals } from '#local/process/end-on-signals.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { listen } from '#local/process/listen.ts';
import { readChoice, readWholeNumber } from '#local/process/option-values.ts';
import { readOptions } from '#local/process/read-options.ts';
import { openCertificate } from '#local/process/tls.ts';

const help = `Amazon Bedrock on your laptop, on one port for HTTP/1.1 and HTTP/2.

npm run bedrock -- [options]

Where it is
  --port N               where to listen on 127.0.0.1 (4566)
  --tls                  take TLS too, with a certificate made in --data
  --data DIR             where that is kept (.streambed/bedrock)
  --region REGION        (us-east-1)
  --quiet                no line for each request

Who may ask
  --auth MODE            off, lenient (credentials of any kind), or strict (lenient)
  --access-key ID        with strict: the key pair that signatures are made with
  --secret-key SECRET
  --api-key KEY          with strict: a bearer key (repeatable)

${bedrockHelp}
docs/local-bedrock.md has examples.
`;

const { values } = readOptions({
  options: {
    port: { type: 'string', default: '4566' },
    tls: { type: 'boolean', default: false },
    data: { type: 'string', default: '.streambed/bedrock' },
    region: { type: 'string', default: 'us-east-1' },
    auth: { type: 'string', default: 'lenient' },
    'access-key': { type: 'string' },
    'secret-key': { type: 'string' },
    'api-key': { type: 'string', multiple: true, default: [] },
    ...bedrockArguments,
    quiet: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

try {
  if (values.help) console.log(help);
  else await start();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function start(): Promise<void> {
  const { region } = values;
  const identity = readIdentity();
  const requested = readWholeNumber('--port', values.port);
  const settings = await readBedrockArguments(values, { region, log: console.log });
  const onRequest = values.quiet ? undefined : (entry: JournalEntry) => console.log(lineOf(entry));
  const { engine } = createBedrock({
    ...settings,
    identity,
    ...(onRequest === undefined ? {} : { onRequest }),
  });
  const certificate = values.tls ? await openCertificate(values.data) : undefined;
  const gateway = createGateway(() => engine, certificate === undefined ? {} : { certificate });
  const port = await listen(gateway.server, { port: requested, option: '--port' });
  endOnSignals({
    workName: 'response',
    countWork: () => gateway.openResponses(),
    close: () => gateway.close(),
  });
  console.log(greeting(`http://127.0.0.1:${port}`, certificate?.path));
}

/** A request in a line: what it was, how it ended, how long it took, what it cost. */
function lineOf(entry: JournalEntry): string {
  const { durationMs, error, modelId = '', operation, outcome, scenario, status, usage } = entry;
  const tokens = usage === undefined ? '' : `${usage.inputTokens} + ${usage.outputTokens} tokens`;
  const by = scenario === undefined ? '' : `(scenario: ${scenario})`;
  const parts = [operation, modelId, status, error ?? outcome, `${durationMs} ms`, tokens, by];
  return parts.filter((part) => part !== '').join('  ');
}

function readIdentity(): IdentityPolicy {
  const mode = readChoice('--auth', values.auth, ['off', 'lenient', 'strict']);
  const { 'access-key': accessKeyId, 'secret-key': secretAccessKey, 'api-key': apiKeys } = values;
  const hasPair = accessKeyId !== undefined && secretAccessKey !== undefined;
  if (mode === 'strict' && !hasPair && apiKeys.length === 0) {
    throw new Error('--auth strict: needs --access-key and --secret-key, or --api-key');
  }
  return { mode, apiKeys, credentials: hasPair ? [{ accessKeyId, secretAccessKey }] : [] };
}

function greeting(url: string, certificate: string | undefined): string {
  const body = '{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}';
  const key = values['api-key'][0] ?? 'any';
  const isKeyed = values.auth !== 'strict' || values['api-key'].length > 0;
  return [
    `Bedrock is ready: AWS_ENDPOINT_URL_BEDROCK_RUNTIME=${url}`,
    ...(certificate === undefined
      ? []
      : [`With TLS: ${url.replace('http', 'https')}, NODE_EXTRA_CA_CERTS=${certificate}`]),
    '',
    `${whoAnswers(values)}${values.auth === 'lenient' ? ' It wants credentials, and takes any.' : ''}`,
    '',
    ...(isKeyed
      ? [
          `  curl ${url}/model/amazon.nova-lite-v1:0/converse -H 'authorization: Bearer ${key}' -d '${body}'`,
          '',
        ]
      : []),
  ].join('\n');
}
