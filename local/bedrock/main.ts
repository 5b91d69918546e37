import { createBedrock } from '#local/bedrock/bedrock.ts';
import {
  bedrockArguments,
  bedrockHelp,
  readBedrockArguments,
  describeSource,
} from '#local/bedrock/server/command-options.ts';
import type { JournalEntry } from '#local/bedrock/server/journal.ts';
import type { IdentityPolicy } from '#local/bedrock/server/identity.ts';
import { endOnSignals } from '#local/process/end-on-signals.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { listen } from '#local/process/listen.ts';
import { readChoice, readWholeNumber } from '#local/process/option-values.ts';
import { readOptions } from '#local/process/read-options.ts';
import { openCertificate } from '#local/process/tls.ts';

const help = `Amazon Bedrock on your laptop. HTTP/1.1 and HTTP/2 share one port.

npm run bedrock -- [options]

Defaults are in parentheses.

Server
  --port N               port to listen on, on 127.0.0.1 (4566)
  --tls                  also accept TLS, with a certificate created in --data
  --data DIR             folder of the certificate (.streambed/bedrock)
  --region REGION        AWS Region (us-east-1)
  --quiet                do not print a line for each request

Authentication
  --auth MODE            off, lenient (any credentials) or strict (lenient)
  --access-key ID        for strict: access key that must sign the requests
  --secret-key SECRET    for strict: secret key that belongs to --access-key
  --api-key KEY          for strict: API key that is accepted (repeatable)

${bedrockHelp}
See docs/local-bedrock.md for examples.
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
  const requestedPort = readWholeNumber('--port', values.port);
  const settings = await readBedrockArguments(values, region, console.log);
  const onRequest = values.quiet ? undefined : (entry: JournalEntry) => logRequest(entry);
  const { engine } = createBedrock({
    ...settings,
    identity,
    ...(onRequest === undefined ? {} : { onRequest }),
  });
  const certificate = values.tls ? await openCertificate(values.data) : undefined;
  const gateway = createGateway(() => engine, certificate === undefined ? {} : { certificate });
  const port = await listen(gateway.server, { port: requestedPort, option: '--port' });
  endOnSignals({
    workName: 'response',
    countWork: () => gateway.openResponses(),
    close: () => gateway.close(),
  });
  console.log(greeting(`http://127.0.0.1:${port}`, certificate?.path));
}

const printedHints = new Set<string>();

/** Prints the line of a request, and its hint if that was not printed before. */
function logRequest(entry: JournalEntry): void {
  const { hint } = entry;
  console.log(toLogLine(entry));
  if (hint === undefined || printedHints.has(hint)) return;
  printedHints.add(hint);
  console.log(`! ${hint}`);
}

/**
 * Describes a request in one line: operation, model, status, outcome, duration, tokens, scenario.
 */
function toLogLine(entry: JournalEntry): string {
  const { durationMs, error, modelId = '', operation, outcome, scenario, status, usage } = entry;
  const tokens = usage === undefined ? '' : `${usage.inputTokens} + ${usage.outputTokens} tokens`;
  const scenarioName = scenario === undefined ? '' : `(scenario: ${scenario})`;
  const parts = [
    operation,
    modelId,
    status,
    error ?? outcome,
    `${durationMs} ms`,
    tokens,
    scenarioName,
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function readIdentity(): IdentityPolicy {
  const mode = readChoice('--auth', values.auth, ['off', 'lenient', 'strict']);
  const { 'access-key': accessKeyId, 'secret-key': secretAccessKey, 'api-key': apiKeys } = values;
  const hasKeyPair = accessKeyId !== undefined && secretAccessKey !== undefined;
  if (mode === 'strict' && !hasKeyPair && apiKeys.length === 0) {
    throw new Error('--auth strict: needs --access-key and --secret-key, or --api-key');
  }
  return { mode, apiKeys, credentials: hasKeyPair ? [{ accessKeyId, secretAccessKey }] : [] };
}

function greeting(url: string, certificate: string | undefined): string {
  const body = '{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}';
  const key = values['api-key'][0] ?? 'any';
  const canShowCurl = values.auth !== 'strict' || values['api-key'].length > 0;
  return [
    `Bedrock is ready: AWS_ENDPOINT_URL_BEDROCK_RUNTIME=${url}`,
    ...(certificate === undefined
      ? []
      : [`With TLS: ${url.replace('http', 'https')}, NODE_EXTRA_CA_CERTS=${certificate}`]),
    '',
    `${describeSource(values)}${values.auth === 'lenient' ? ' Requests need credentials; any will do.' : ''}`,
    '',
    ...(canShowCurl
      ? [
          `  curl ${url}/model/amazon.nova-lite-v1:0/converse -H 'authorization: Bearer ${key}' -d '${body}'`,
          '',
        ]
      : []),
  ].join('\n');
}
