import { expect, test } from 'vitest';
import { findModel } from '#local/bedrock/model/models.ts';
import { planAnswer } from '#local/bedrock/simulated/plan.ts';
import { plainTurn, textMessage } from '#local/bedrock/turn/plain-turn.ts';
import type { Tool } from '#local/bedrock/turn/turn.ts';

const model = findModel('amazon.nova-lite-v1:0', {
  servesEnded: false,
  aliases: new Map(),
  withoutAccess: new Set(),
  unknownModels: 'refuse',
});

/** Returns the input that a tool with these properties is called with, as JSON. */
function inputOf(question: string, properties: object, required?: readonly string[]): string {
  const inputSchema = { type: 'object', properties, required: required ?? Object.keys(properties) };
  const tool: Tool = { name: 'do_it', description: 'Does it', inputSchema };
  const turn = plainTurn(model, { messages: [textMessage('user', question)] });
  const { toolUses } = planAnswer({ ...turn, tools: [tool], toolChoice: { type: 'any' } });
  return JSON.stringify(toolUses[0]?.input);
}

const string = { type: 'string' };
const integer = { type: 'integer' };
const boolean = { type: 'boolean' };

test.each<[string, object, string]>([
  ['run: echo hi', { command: string }, '{"command":"echo hi"}'],
  ['Run: echo "hi" && ls -la', { command: string }, '{"command":"echo \\"hi\\" && ls -la"}'],
  ['Please run `ls -la`.', { command: string }, '{"command":"ls -la"}'],
  ['Use do_it to run: git status', { cmd: string }, '{"cmd":"git status"}'],
  ['run echo hi', { command: string }, '{"command":"echo hi"}'],
  ['実行：echo hi', { command: string }, '{"command":"echo hi"}'],
  ['「echo hi」を実行して', { command: string }, '{"command":"echo hi"}'],
  ["search for 'rivers'", { query: string }, '{"query":"rivers"}'],
  ['search for "rivers of Japan"', { q: string }, '{"q":"rivers of Japan"}'],
  ['Search the web for rivers of Japan.', { query: string }, '{"query":"rivers of Japan"}'],
  ['Search for “rivers”', { query: string }, '{"query":"rivers"}'],
  ['「川」を検索して', { query: string }, '{"query":"川"}'],
  ['『日本の川』について調べて', { query: string }, '{"query":"日本の川"}'],
  ['日本の川を検索して', { query: string }, '{"query":"日本の川"}'],
  ["Say 'don't panic' to all", { message: string }, '{"message":"don\'t panic"}'],
  ['Use `do_it` with "Kyoto"', { place: string }, '{"place":"Kyoto"}'],
  ['Run:\n```sh\necho hi\n```', { command: string }, '{"command":"echo hi"}'],
  ['open: https://example.com/a?b=c', { url: string }, '{"url":"https://example.com/a?b=c"}'],
])('the text of %j becomes the argument', (question, properties, input) => {
  expect(inputOf(question, properties)).toBe(input);
});

test.each<[string, object, string]>([
  [
    "weather: unit 'celsius', city 'Kyoto'",
    { city: string, unit: string },
    '{"city":"Kyoto","unit":"celsius"}',
  ],
  [
    "Send 'Hello there' to 'ada@example.com'",
    { to: { type: 'string', format: 'email' }, text: string },
    '{"to":"ada@example.com","text":"Hello there"}',
  ],
  ['from "Tokyo" to "Osaka"', { to: string, from: string }, '{"to":"Osaka","from":"Tokyo"}'],
  [
    "Copy 'a.txt' and then 'b.txt'",
    { source: string, target: string },
    '{"source":"a.txt","target":"b.txt"}',
  ],
  [
    'due_date is "2026-05-01", title is "Tax"',
    { title: string, dueDate: string },
    '{"title":"Tax","dueDate":"2026-05-01"}',
  ],
  ['city: Kyoto, days: 3', { days: integer, city: string }, '{"days":3,"city":"Kyoto"}'],
  ['city=Kyoto days=3', { days: integer, city: string }, '{"days":3,"city":"Kyoto"}'],
  [
    'city「京都」、unit「celsius」で',
    { unit: string, city: string },
    '{"unit":"celsius","city":"京都"}',
  ],
  [
    '"Kyoto" as the city, "metric" as the unit',
    { unit: string, city: string },
    '{"unit":"metric","city":"Kyoto"}',
  ],
  [
    'path "a.txt", content: hello, world',
    { content: string, path: string },
    '{"content":"hello, world","path":"a.txt"}',
  ],
  [
    'Call it with {"city":"Kyoto","days":3}',
    { city: string, days: integer },
    '{"city":"Kyoto","days":3}',
  ],
  [
    "tags 'a', 'b' and 'c', title 'x'",
    { title: string, tags: { type: 'array', items: string } },
    '{"title":"x","tags":["a","b","c"]}',
  ],
])(
  'the values of %j go to the properties that they stand beside',
  (question, properties, input) => {
    expect(inputOf(question, properties)).toBe(input);
  },
);

test.each<[string, object, string]>([
  ['order 12345678901234567890', { order: integer }, '{"order":12345678901234567890}'],
  ['order #12345678901234567890', { order: string }, '{"order":"12345678901234567890"}'],
  ['注文番号 9223372036854775807 を調べて', { order: integer }, '{"order":9223372036854775807}'],
  ['id -9223372036854775808', { id: integer }, '{"id":-9223372036854775808}'],
  ['add 3 and 4', { a: { type: 'number' }, b: { type: 'number' } }, '{"a":3,"b":4}'],
  ['4 rows of 3 columns', { columns: integer, rows: integer }, '{"columns":3,"rows":4}'],
  ['limit 5, offset 10', { offset: integer, limit: integer }, '{"offset":10,"limit":5}'],
  ['price 1,299.50', { price: { type: 'number' } }, '{"price":1299.5}'],
  ['３日間', { days: integer }, '{"days":3}'],
  ['of 2.5 take 7', { count: integer, rate: { type: 'number' } }, '{"count":7,"rate":2.5}'],
  ['numbers 1, 2 and 3', { numbers: { type: 'array', items: integer } }, '{"numbers":[1,2,3]}'],
  ['0.12345678901234567891', { x: { type: 'number' } }, '{"x":0.12345678901234567891}'],
  [
    "search 'top 10' with limit 5",
    { query: string, limit: integer },
    '{"query":"top 10","limit":5}',
  ],
])('the numbers of %j keep their digits and their places', (question, properties, input) => {
  expect(inputOf(question, properties)).toBe(input);
});

test.each<[string, object, string]>([
  ['in Fahrenheit', { unit: { enum: ['celsius', 'fahrenheit'] } }, '{"unit":"fahrenheit"}'],
  [
    'set it to in progress',
    { state: { enum: ['open', 'in_progress'] } },
    '{"state":"in_progress"}',
  ],
  ['size 2', { size: { enum: [1, 2, 3] } }, '{"size":2}'],
  ['a plan for b', { kind: { enum: ['c', 'b'] } }, '{"kind":"b"}'],
  ['単位は摂氏', { unit: { enum: ['華氏', '摂氏'] } }, '{"unit":"摂氏"}'],
  ['recursive=false', { recursive: boolean }, '{"recursive":false}'],
  ['without dry run', { dry_run: boolean }, '{"dry_run":false}'],
  ['with dry run, and do not ask', { dry_run: boolean }, '{"dry_run":true}'],
  [
    'verbose: true, force: off',
    { force: boolean, verbose: boolean },
    '{"force":false,"verbose":true}',
  ],
])('%j chooses', (question, properties, input) => {
  expect(inputOf(question, properties)).toBe(input);
});

test('an optional property is filled if the question gives it', () => {
  const properties = {
    unit: { anyOf: [{ enum: ['celsius', 'kelvin'] }, { type: 'null' }] },
    days: { type: ['integer', 'null'] },
    note: string,
    city: string,
  };
  const required = ['city'];
  expect(inputOf('city "Kyoto"', properties, required)).toBe('{"city":"Kyoto"}');
  expect(inputOf('"Kyoto" in kelvin for 3 days', properties, required)).toBe(
    '{"unit":"kelvin","days":3,"city":"Kyoto"}',
  );
  expect(inputOf('"Kyoto" "by train"', properties, required)).toBe(
    '{"note":"by train","city":"Kyoto"}',
  );
});

test('what a schema does not allow is not filled in', () => {
  const code = { type: 'string', pattern: '^[A-Z]{3}$' };
  expect(inputOf("from 'tokyo' with 'JPY'", { code })).toBe('{"code":"JPY"}');
  expect(inputOf("mail 'nobody'", { mail: { type: 'string', format: 'email' } })).toBe(
    '{"mail":"someone@example.com"}',
  );
  expect(inputOf('days 90', { days: { type: 'integer', maximum: 14 } })).toBe('{"days":14}');
  const limits = { type: 'integer', minimum: 0, maximum: 100 };
  expect(inputOf('order 12345678901234567890', { order: limits })).toBe('{"order":100}');
});
