import type { parseArgs, ParseArgsConfig } from 'node:util';
import type { Pace } from '#local/bedrock/turn/answer.ts';
import type { BedrockOptions } from '#local/bedrock/bedrock.ts';
import { readEnvironmentCredentials } from '#local/gateway/forward-engine.ts';
import { defaultPace } from '#local/bedrock/turn/pace.ts';
import { readKnowledgeBases, readScenarioFile } from '#local/bedrock/server/read-settings.ts';
import { createRecorder } from '#local/bedrock/recording/record.ts';
import { createReplayer } from '#local/bedrock/recording/replay.ts';
import type { Tape } from '#local/bedrock/recording/tape.ts';
import type { Source } from '#local/bedrock/server/call-context.ts';
import { createUpstream } from '#local/bedrock/upstream/chat-upstream.ts';
import { readModelMap } from '#local/bedrock/upstream/model-map.ts';
import { readChoice, readNumber, readWholeNumber } from '#local/process/option-values.ts';

/** Help text of the options that all commands with a local Bedrock share. */
export const bedrockHelp = `Pace of answers
  --ttft MS              time to the first token, in milliseconds (${defaultPace.ttftMs})
  --tokens-per-second N  output speed; 0 sends everything at once (${defaultPace.tokensPerSecond})
  --jitter SHARE         how much the speed varies, from 0 to 1 (${defaultPace.jitter})

Source of answers (default: a simulated model)
  --upstream URL         OpenAI-compatible server, such as http://localhost:11434/v1
                         (or set STREAMBED_MODEL_URL)
  --upstream-key KEY     API key of that server
  --model-map FILE       Bedrock model ids and the server's models: lines "'*anthropic*': qwen3:8b"
  --bedrock aws          Amazon Bedrock; needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
  --record DIR           Amazon Bedrock; also saves its answers in DIR
  --record-from URL      endpoint to use instead of Amazon Bedrock in the Region
  --replay DIR           recorded answers, byte for byte
  --replay-match HOW     compare requests: exact, or structural (content only) (exact)
  --replay-miss WHAT     if no recording matches: fail or simulate (fail)
  --replay-speed N       1 is the recorded speed, 0 does not wait (1)

Behaviour
  --scenarios FILE       faults, guardrails, quotas and models, in YAML or JSON
  --inline-scenarios     accept faults in requests: [[streambed: fail: {type: ThrottlingException}]]
  --knowledge [ID=]DIR   folder of Markdown, text, HTML and PDF to use as a knowledge base (repeatable)
  --ended-models         serve models that AWS has retired
  --unknown-models HOW   model ids that are not known: refuse, or answer like their family (refuse)
  --rule NAME            apply a rule of models that is off by default (repeatable)
  --no-access MODEL      refuse a model as Bedrock does without access to it (repeatable)
  --no-padding           leave out the padding of stream events
`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

/** The `parseArgs` definitions of the options in `bedrockHelp`. */
export const bedrockArguments = {
  ttft: { type: 'string', default: String(defaultPace.ttftMs) },
  'tokens-per-second': { type: 'string', default: String(defaultPace.tokensPerSecond) },
  jitter: { type: 'string', default: String(defaultPace.jitter) },
  upstream: text,
  'upstream-key': text,
  'model-map': text,
  bedrock: { type: 'string', default: 'local' },
  record: text,
  'record-from': text,
  replay: text,
  'replay-match': { type: 'string', default: 'exact' },
  'replay-miss': { type: 'string', default: 'fail' },
  'replay-speed': { type: 'string', default: '1' },
  scenarios: text,
  'inline-scenarios': flag,
  knowledge: { type: 'string', multiple: true, default: [] as string[] },
  'ended-models': flag,
  'unknown-models': { type: 'string', default: 'refuse' },
  rule: { type: 'string', multiple: true, default: [] as string[] },
  'no-access': { type: 'string', multiple: true, default: [] as string[] },
  'no-padding': flag,
} as const satisfies ParseArgsConfig['options'];

/** The parsed values of these options. */
export type BedrockArguments = ReturnType<
  typeof parseArgs<{ options: typeof bedrockArguments }>
>['values'];

/**
 * Returns the settings of a local Bedrock from command-line values, and reads the files they name.
 * Throws errors that name the option.
 */
export async function readBedrockArguments(
  values: BedrockArguments,
  region: string,
  log: (line: string) => void,
): Promise<Omit<BedrockOptions, 'identity'>> {
  checkCombinations(values);
  return {
    pace: readPace(values),
    region,
    ...(await readSource(values)),
    tape: await readTape(values, region),
    servesEndedModels: values['ended-models'],
    unknownModels: readChoice('--unknown-models', values['unknown-models'], ['refuse', 'family']),
    enabledRules: values.rule,
    modelsWithoutAccess: values['no-access'],
    allowsInlineScenarios: values['inline-scenarios'],
    padsEvents: !values['no-padding'],
    knowledgeBases: await readKnowledgeBases(values.knowledge, log),
    ...(values.scenarios === undefined ? {} : await readScenarioFile(values.scenarios)),
  };
}

/** Throws if an option would have no effect, because of another one or without another one. */
function checkCombinations(values: BedrockArguments): void {
  const upstream = values.upstream ?? process.env['STREAMBED_MODEL_URL'];
  const simulationOptions: readonly (readonly [string, boolean])[] = [
    ['--upstream (or STREAMBED_MODEL_URL)', upstream !== undefined],
    ['--scenarios', values.scenarios !== undefined],
    ['--inline-scenarios', values['inline-scenarios']],
  ];
  const tapes = [
    ...(values.replay === undefined ? [] : ['--replay']),
    ...(values.record === undefined ? [] : ['--record']),
    ...(values.bedrock === 'aws' ? ['--bedrock aws'] : []),
  ];
  const [tape] = tapes;
  const [unused] = simulationOptions.find(([, isSet]) => isSet) ?? [];
  if (tape !== undefined && unused !== undefined) {
    throw new Error(`${unused}: has no effect with ${tape}`);
  }
  const requirements: readonly (readonly [string, unknown, string, boolean])[] = [
    ['--model-map', values['model-map'], '--upstream', upstream !== undefined],
    ['--upstream-key', values['upstream-key'], '--upstream', upstream !== undefined],
    ['--record-from', values['record-from'], '--record or --bedrock aws', tapes.length > 0],
  ];
  const [option, , required] =
    requirements.find(([, value, , isMet]) => value !== undefined && !isMet) ?? [];
  if (option !== undefined) throw new Error(`${option}: needs ${required}`);
  const from = values['record-from'];
  if (from !== undefined && !URL.canParse(from)) {
    throw new Error(`--record-from: must be a URL, not ${JSON.stringify(from)}`);
  }
}

/** Returns a sentence that says where answers come from, and whether they are billed. */
export function describeSource(values: BedrockArguments): string {
  const url = values.upstream ?? process.env['STREAMBED_MODEL_URL'];
  if (values.replay !== undefined) return `Answers come from the recordings in ${values.replay}.`;
  const endpoint = values['record-from'] ?? 'Amazon Bedrock, which bills your account';
  if (values.record !== undefined) {
    return `Answers come from ${endpoint}. They are recorded in ${values.record}.`;
  }
  if (values.bedrock === 'aws') return `Answers come from ${endpoint}.`;
  return url === undefined
    ? 'Answers come from a simulated model: nothing is billed.'
    : `Answers come from the models at ${url}.`;
}

function readPace(values: BedrockArguments): Pace {
  return {
    ttftMs: readWholeNumber('--ttft', values.ttft),
    tokensPerSecond: readWholeNumber('--tokens-per-second', values['tokens-per-second']),
    jitter: readNumber('--jitter', values.jitter, [0, 1]),
  };
}

async function readSource(values: BedrockArguments): Promise<{ readonly source?: Source }> {
  const { 'upstream-key': apiKey, 'model-map': file } = values;
  const url = values.upstream ?? process.env['STREAMBED_MODEL_URL'];
  if (url === undefined) return {};
  if (!URL.canParse(url)) throw new Error(`--upstream: must be a URL, not ${JSON.stringify(url)}`);
  const modelMap = file === undefined ? undefined : await readModelMap(file);
  return { source: createUpstream({ url, apiKey, modelMap }) };
}

async function readTape(values: BedrockArguments, region: string): Promise<Tape | undefined> {
  const { record: folder, replay } = values;
  const isAws = readChoice('--bedrock', values.bedrock, ['local', 'aws']) === 'aws';
  if (replay !== undefined && (folder !== undefined || isAws)) {
    throw new Error('--replay: cannot be combined with --record or --bedrock aws');
  }
  if (replay !== undefined) {
    return createReplayer({
      folder: replay,
      match: readChoice('--replay-match', values['replay-match'], ['exact', 'structural']),
      miss: readChoice('--replay-miss', values['replay-miss'], ['fail', 'simulate']),
      speed: readNumber('--replay-speed', values['replay-speed'], [0, 1_000]),
    });
  }
  if (folder === undefined && !isAws) return undefined;
  const credentials = readEnvironmentCredentials(isAws ? '--bedrock aws' : '--record');
  const endpoint = values['record-from'] ?? `https://bedrock-runtime.${region}.amazonaws.com`;
  return createRecorder({ folder, endpoint, region, credentials });
}
