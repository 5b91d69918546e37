import { stopReasons } from '#local/bedrock/turn/answer.ts';
import { describeProblems } from '#local/wire/describe-problems.ts';
import {
  anything,
  boolean,
  closedStructure,
  integer,
  isExpression,
  isRecord,
  list,
  map,
  number,
  oneOf,
  readShape,
  string,
  union,
  type Shape,
  type Shaped,
} from '#local/wire/shape.ts';

// The schema of a scenario in a file, in a control request, or in a prompt.

/** A number of milliseconds, or text such as `400ms`, `8s`, `2m`. */
const duration: Shape<number> = (value, path, problems) => {
  if (typeof value === 'number' && value >= 0) return value;
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/u.exec(String(value)) ?? [];
  if (digits !== undefined) return Number(digits) * ({ ms: 1, s: 1_000, m: 60_000 }[unit] ?? 1);
  const kind = 'time (a number of milliseconds, or text such as 400ms, 8s, 2m)';
  problems.push({ path, value, rule: { type: 'kind', kind } });
  return 0;
};

/** Text to search for, or a regular expression between slashes. */
const textPattern: Shape<string> = (value, path, problems) => {
  const text = string({ min: 1 })(value, path, problems);
  const [, expression] = /^\/(.+)\/$/u.exec(text) ?? [];
  if (expression === undefined || isExpression(expression)) return text;
  problems.push({ path, value, rule: { type: 'kind', kind: 'regular expression' } });
  return text;
};

/** The members that errors have in the service models, beside their message. */
const errorMembers = {
  originalStatusCode: integer(),
  originalMessage: string(),
  resourceName: string(),
  reason: string(),
};

const fail = closedStructure(
  { type: string({ pattern: '[A-Za-z]+' }) },
  {
    status: integer({ min: 400, max: 599 }),
    message: string(),
    retryAfter: number({ min: 0 }),
    times: integer({ min: 1 }),
    ...errorMembers,
  },
);

const cut = string({
  pattern:
    'rst|fin|goaway|eof|partial_frame|bad_crc|rst_stream(?::(?:NO_ERROR|CANCEL|INTERNAL_ERROR|REFUSED_STREAM))?',
});

const paceMembers = { ttft: duration, tps: number({ min: 0 }), jitter: number({ min: 0, max: 1 }) };

const plainStep = union({
  text: string(),
  reasoning: string(),
  tool: closedStructure(
    { name: string({ min: 1 }) },
    { args: anything, json: string(), fragments: integer({ min: 1 }), id: string({ min: 1 }) },
  ),
  stall: duration,
  pace: closedStructure({}, paceMembers),
  exception: closedStructure({ type: string({ min: 1 }) }, { message: string(), ...errorMembers }),
  error_frame: closedStructure({ code: string({ pattern: '[A-Za-z.]+' }) }, { message: string() }),
  cut,
  fragment: integer({ min: 1 }),
  unknown_event: anything,
  unknown_exception: anything,
  simulate: anything,
});

const pacedText = closedStructure({ text: string() }, paceMembers);

/** A step of an answer. A `text` step may set its pace. */
const step: Shape<Shaped<typeof plainStep> | Shaped<typeof pacedText>> = (
  value,
  path,
  problems,
) => {
  const isPaced = isRecord(value) && 'text' in value && Object.keys(value).length > 1;
  return isPaced ? pacedText(value, path, problems) : plainStep(value, path, problems);
};

const stopReason = oneOf(...stopReasons);

const behaviour = {
  fail,
  stream: list(step),
  stop: stopReason,
  guardrail: closedStructure(
    { block: oneOf('input', 'output') },
    {
      at_token: integer({ min: 0 }),
      mode: oneOf('sync', 'async'),
      message: string(),
      trace: anything,
    },
  ),
  usage: closedStructure(
    {},
    {
      input: integer({ min: 0 }),
      output: integer({ min: 0 }),
      cacheRead: integer({ min: 0 }),
      cacheWrite: integer({ min: 0 }),
    },
  ),
  quota: closedStructure(
    {},
    { rpm: integer({ min: 1 }), tpm: integer({ min: 1 }), concurrency: integer({ min: 1 }) },
  ),
  auth: oneOf('expired', 'bad_signature', 'denied'),
  eol: boolean,
  latency: duration,
};

const match = closedStructure(
  {},
  {
    operation: string(),
    model: string(),
    text: textPattern,
    system: textPattern,
    header: map(string()),
    metadata: map(string()),
    call: integer({ min: 1 }),
  },
);

const scenarioShape = closedStructure(
  {},
  {
    name: string(),
    match,
    ...behaviour,
    // The behaviour after the first tool result, after the second, and so on.
    next: list(closedStructure({}, behaviour)),
  },
);

/** A scenario: which requests it matches, and how they are answered. */
export type Scenario = Shaped<typeof scenarioShape>;
/** How a request is answered, at one step of a scenario. */
export type Behaviour = NonNullable<Scenario['next']>[number];
/** A step of a scripted answer. */
export type Step = NonNullable<Behaviour['stream']>[number];
/** The conditions under which a scenario applies. */
export type Match = NonNullable<Scenario['match']>;

/** Reads a scenario. Throws an error that names the invalid member and the expected value. */
export function readScenario(value: unknown, place: string): Scenario {
  return readShape(
    scenarioShape,
    value,
    (problems) => new Error(describeProblems(place, problems)),
  );
}
