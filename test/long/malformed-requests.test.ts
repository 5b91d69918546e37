import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { events, secrets, sns, ssm } from '#test/fixtures/service-requests.ts';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

/*
 * Valid requests of every operation, in which one member after the other has a value of the wrong
 * kind, size or form. The host answers all of them, and says of none that it failed itself.
 */

const template = `
Resources:
  Topic: { Type: AWS::SNS::Topic }
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: bus } }
`;

const deep = (opening: string, closing: string): string =>
  `${opening.repeat(20_000)}1${closing.repeat(20_000)}`;

const texts = [
  '',
  ' ',
  '\u0000',
  '日本語 🎉',
  '__proto__',
  'arn:aws:x',
  'x'.repeat(70_000),
  '{',
  '[]',
  'null',
  '{"a":[{"wildcard":"*a*a*"}]}',
  deep('{"a":', '}'),
  deep('[', ']'),
  '(',
  '\ud800',
];
const values = [null, true, 0, -1, 1.5, 1e300, 2 ** 53, [], {}, [null], [[]], { a: 1 }, ...texts];

/** Returns copies in which one value, at any depth, is another one or absent. */
function mutations(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) {
    const inside = value.flatMap((item: unknown, at) =>
      mutations(item).map((other) => value.with(at, other) as unknown),
    );
    return [...inside, ...values];
  }
  if (typeof value !== 'object' || value === null) return [undefined, ...values];
  const inside = Object.entries(value).flatMap(([name, member]) =>
    mutations(member).map((other) => Object.assign(structuredClone(value), { [name]: other })),
  );
  return [...inside, ...values];
}

let system: HostedTemplate;
let client: AwsClient;

beforeAll(async () => {
  system = await hostText(template);
  client = new AwsClient({ ...system.state.credentials, region: 'us-east-1', retries: 0 });
});
afterAll(() => system.close());

async function send(service: string, headers: Readonly<Record<string, string>>, body: string) {
  const aws = { service };
  const init = { method: 'POST', body, headers, aws };
  const response = await client.fetch(system.config.endpoint, init);
  return `${response.status} ${await response.text()}`;
}

const json = (value: unknown): string => JSON.stringify(value) ?? '';

/** Sends bodies one after the other, and returns those that the host failed at. */
async function failuresOf(
  service: string,
  headers: Readonly<Record<string, string>>,
  bodies: readonly string[],
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const body of bodies) {
    const answer = await send(service, headers, body);
    const isAnswered = /^(?:200|4\d\d) /u.test(answer);
    if (!isAnswered) failures.push(`${body.slice(0, 300)}: ${answer.slice(0, 200)}`);
  }
  return failures;
}

test.each([
  ['ssm', 'AmazonSSM', ssm],
  ['secretsmanager', 'secretsmanager', secrets],
  ['events', 'AWSEvents', events],
] as const)('%s answers whatever it is sent', async (service, target, operations) => {
  for (const [name, valid] of Object.entries(operations)) {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${target}.${name}`,
    };
    const bodies = [valid, ...mutations(valid)].map(json);
    expect([name, await failuresOf(service, headers, [...bodies, '{'])]).toEqual([name, []]);
  }
});

test('sns answers whatever it is sent', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const [Action, valid] of Object.entries(sns)) {
    const forms = ['none', ...Object.keys(valid)].flatMap((name) =>
      texts.map((text) => new URLSearchParams({ Action, ...valid, [name]: text }).toString()),
    );
    expect([Action, await failuresOf('sns', headers, forms)]).toEqual([Action, []]);
  }
});
