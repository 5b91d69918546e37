import {
  bedrockArguments,
  bedrockHelp,
  readBedrockArguments,
  describeSource,
} from '#local/bedrock/server/command-options.ts';
import { endOnSignals } from '#local/process/end-on-signals.ts';
import { startLocal } from '#local/host/host.ts';
import { readInspect } from '#local/lambda/environment/debug-options.ts';
import {
  environmentArguments,
  environmentHelp,
  readEnvironmentArguments,
} from '#local/lambda/pool/environment-options.ts';
import { readWholeNumber } from '#local/process/option-values.ts';
import { readOptions } from '#local/process/read-options.ts';
import { removeStateFile, writeStateFile } from '#local/host/state/state-file.ts';
import { readOtlpTarget } from '#local/traces/forward.ts';
import { startTraceReceiver, type TraceReceiver } from '#local/traces/trace-receiver.ts';
import { buildAll, watchSystem, type WatchedSystem } from './build.ts';
import { startBanner } from './start-banner.ts';
import { freePort, pageOrigin, startPage } from './start-page.ts';

const help = `Builds what has changed and runs the whole system on this machine.

npm start -- [options]

  --port N              the gateway's port (4566); Function URLs start at N+35, REST APIs at N+84
  --web-port N          the page's port (3000, or PORT)
  --state FILE          the file for all addresses and credentials (.streambed/local.json)
  --data DIR            the folder for conversations and secrets (.streambed/data)
  --quiet               no log lines of the functions
  --watch               show changes of functions and page at once (npm run dev)
  --inspect NAME[=PORT] let a debugger attach to a function (9229), with --watch; repeatable
  --callbacks-here      allow callbacks of tasks to http://127.0.0.1
  --otlp URL            send the traces of turns to an OTLP collector, too; headers for it are read
                        from OTEL_EXPORTER_OTLP_HEADERS

${environmentHelp}
${bedrockHelp}`;

const { values } = readOptions({
  options: {
    port: { type: 'string', default: '4566' },
    'web-port': { type: 'string', default: process.env['PORT'] ?? '3000' },
    state: { type: 'string', default: '.streambed/local.json' },
    data: { type: 'string', default: '.streambed/data' },
    quiet: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    inspect: { type: 'string', multiple: true, default: [] },
    'callbacks-here': { type: 'boolean', default: false },
    otlp: { type: 'string' },
    ...environmentArguments,
    ...bedrockArguments,
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
  const gatewayPort = readWholeNumber('--port', values.port);
  const askedPort = readWholeNumber('--web-port', values['web-port']);
  // Before anything is built, because another system may already run from this folder.
  await freePort(gatewayPort, '--port');
  const pagePort = await freePort(askedPort, '--web-port or PORT');
  const knowledge = values.knowledge.length === 0 ? ['docs'] : values.knowledge;
  const bedrock = await readBedrockArguments({ ...values, knowledge }, 'us-east-1', console.log);
  const environments = readEnvironmentArguments(values);
  const traces = await startTraces();
  const { watch } = values;
  const { template, close: stopBuilding } = watch ? await watchSystem() : await buildOnce();
  const system = await startLocal({
    template,
    parameters: parametersFor(bedrock.knowledgeBases ?? [], traces, pagePort),
    watch,
    debug: { sourceMaps: watch, inspect: readInspect(values.inspect) },
    environments,
    traces: traces.store,
    data: values.data,
    port: gatewayPort,
    bedrock,
    log: (line) => {
      if (!values.quiet) console.log(line);
    },
  });
  const isBilled = values.bedrock === 'aws' || values.record !== undefined;
  const page = await startPage(system.state, { watch, port: pagePort, isBilled }).catch(
    async (error: unknown) => {
      await system.close();
      throw error;
    },
  );
  const state = { ...system.state, web: page.url };
  await writeStateFile(values.state, state);
  process.once('exit', () => removeStateFile(values.state));
  const end = endOnSignals({
    workName: 'running function',
    countWork: () => system.runningFunctions(),
    async close() {
      await page.close();
      await system.close();
      await stopBuilding();
    },
  });
  page.onExit(end);
  console.log(startBanner(state, describeSource(values)));
  console.log(`All of this is also in ${values.state}`);
}

/** Starts what receives the traces of the functions. */
function startTraces(): Promise<TraceReceiver> {
  const { otlp } = values;
  const { OTEL_EXPORTER_OTLP_HEADERS: headers } = process.env;
  const forwardTo = otlp === undefined ? undefined : readOtlpTarget('--otlp', otlp, headers);
  return startTraceReceiver({ forwardTo, log: console.log });
}

async function buildOnce(): Promise<WatchedSystem> {
  return { template: await buildAll(), close: () => Promise.resolve() };
}

/** Returns the template's parameters that name local resources. */
function parametersFor(
  bases: readonly { readonly id: string }[],
  { endpoint, headers }: TraceReceiver,
  pagePort: number,
): Record<string, string> {
  return {
    LoopbackCallbacks: String(values['callbacks-here']),
    Guests: 'true',
    PageOrigin: pageOrigin(pagePort),
    OtlpEndpoint: endpoint,
    OtlpHeaders: headers,
    KnowledgeBases: bases.map(({ id }) => `${baseName(id)}=${id}`).join(','),
    Agents: [
      'helper=arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/helper-local',
      'classic=LOCALAGENT/TSTALIASID',
    ].join(','),
  };
}

/** The documentation calls the default knowledge base `docs`. */
function baseName(id: string): string {
  return id === 'LOCALKB001' ? 'docs' : id;
}
