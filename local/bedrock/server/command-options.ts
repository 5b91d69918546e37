import type { ParseArgsConfig } from 'node:util';
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

/** What every command that runs a Bedrock says of it. */
export const bedrockHelp = `How fast it speaks
  --ttft MS              time to the first token (${defaultPace.ttftMs})
  --tokens-per-second N  0 says everything at once (${defaultPace.tokensPerSecond})
  --jitter SHARE         how much the pace varies, from 0 to 1 (${defaultPace.jitter})

Who answers (a simulated model, unless one of these is given)
  --upstream URL         an OpenAI-compatible server, such as http://localhost:11434/v1
                         (STREAMBED_MODEL_URL says the same)
  --upstream-key KEY     its API key
  --model-map FILE       lines "'*anthropic*': qwen3:8b": Bedrock's ids to the upstream's
  --bedrock aws          the real Bedrock, by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
  --record DIR           the same, and what it says is kept in DIR
  --record-from URL      another Bedrock than that of the Region
  --replay DIR           what was recorded, byte for byte
  --replay-match HOW     exact, or structural: by what was said (exact)
  --replay-miss WHAT     fail, or simulate (fail)
  --replay-speed N       1 is the recording's own, 0 waits for nothing (1)

What it does
  --scenarios FILE       faults, guardrails and quotas, in YAML or JSON
  --inline-scenarios     let requests ask for them: [[streambed: fail: {type: ThrottlingException}]]
  --knowledge [ID=]DIR   a folder of Markdown, text, HTML and PDF as a knowledge base (repeatable)
  --ended-models         answer for models that AWS has switched off
  --no-padding           leave out the padding of stream events
`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

/** The options of that help. */
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
  'no-padding': flag,
} as const satisfies ParseArgsConfig['options'];

/** What was given for those options. */
export interface BedrockArguments {
  readonly ttft: string;
  readonly 'tokens-per-second': string;
  readonly jitter: string;
  readonly upstream?: string | undefined;
  readonly 'upstream-key'?: string | undefined;
  readonly 'model-map'?: string | undefined;
  readonly bedrock: string;
  readonly record?: string | undefined;
  readonly 'record-from'?: string | undefined;
  readonly replay?: string | undefined;
  readonly 'replay-match': string;
  readonly 'replay-miss': string;
  readonly 'replay-speed': string;
  readonly scenarios?: string | undefined;
  readonly 'inline-scenarios': boolean;
  readonly knowledge: readonly string[];
  readonly 'ended-models': boolean;
  readonly 'no-padding': boolean;
}

export interface Surroundings {
  readonly region: string;
  log(line: string): void;
}

/** Reads the options, and the files that they name. Throws errors that name the option. */
export async function readBedrockArguments(
  values: BedrockArguments,
  { region, log }: Surroundings,
): Promise<Omit<BedrockOptions, 'identity'>> {
  checkTogether(values);
  return {
    pace: readPace(values),
    region,
    ...(await readSource(values)),
    tape: await readTape(values, region),
    servesEndedModels: values['ended-models'],
    takesInlineScenarios: values['inline-scenarios'],
    pads: !values['no-padding'],
    knowledgeBases: await readKnowledgeBases(values.knowledge, log),
    ...(values.scenarios === undefined ? {} : await readScenarioFile(values.scenarios)),
  };
}

/** Options that would do nothing beside one another, or without another, are a mistake. */
function checkTogether(values: BedrockArguments): void {
  const upstream = values.upstream ?? process.env['STREAMBED_MODEL_URL'];
  const others: readonly (readonly [string, boolean])[] = [
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
  const [beside] = others.find(([, isGiven]) => isGiven) ?? [];
  if (tape !== undefined && beside !== undefined) {
    throw new Error(`${beside}: does nothing with ${tape}`);
  }
  const needs: readonly (readonly [string, unknown, string, boolean])[] = [
    ['--model-map', values['model-map'], '--upstream', upstream !== undefined],
    ['--upstream-key', values['upstream-key'], '--upstream', upstream !== undefined],
    ['--record-from', values['record-from'], '--record or --bedrock aws', tapes.length > 0],
  ];
  const [lost, , wanted] =
    needs.find(([, given, , isThere]) => given !== undefined && !isThere) ?? [];
  if (lost !== undefined) throw new Error(`${lost}: needs ${wanted}`);
  const from = values['record-from'];
  if (from !== undefined && !URL.canParse(from)) {
    throw new Error(`--record-from: must be a URL, not ${JSON.stringify(from)}`);
  }
}

/** Says who answers, and whether that is billed. */
export function whoAnswers(values: BedrockArguments): string {
  const url = values.upstream ?? process.env['STREAMBED_MODEL_URL'];
  if (values.replay !== undefined) return `Recordings in ${values.replay} answer.`;
  const from = values['record-from'] ?? 'Amazon Bedrock, which bills your account,';
  if (values.record !== undefined) return `${from} answers; it is recorded in ${values.record}.`;
  if (values.bedrock === 'aws') return `${from} answers.`;
  return url === undefined
    ? 'A simulated model answers: nothing is billed.'
    : `The models of ${url} answer.`;
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
  const isReal = readChoice('--bedrock', values.bedrock, ['local', 'aws']) === 'aws';
  if (replay !== undefined && (folder !== undefined || isReal)) {
    throw new Error('--replay: cannot be given with --record or --bedrock aws');
  }
  if (replay !== undefined) {
    return createReplayer({
      folder: replay,
      match: readChoice('--replay-match', values['replay-match'], ['exact', 'structural']),
      miss: readChoice('--replay-miss', values['replay-miss'], ['fail', 'simulate']),
      speed: readNumber('--replay-speed', values['replay-speed'], [0, 1_000]),
    });
  }
  if (folder === undefined && !isReal) return undefined;
  const credentials = readEnvironmentCredentials(isReal ? '--bedrock aws' : '--record');
  const endpoint = values['record-from'] ?? `https://bedrock-runtime.${region}.amazonaws.com`;
  return createRecorder({ folder, endpoint, region, credentials });
}
