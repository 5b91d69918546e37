import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeStateFile } from '#local/host/state/state-file.ts';
import { realClock } from '#local/process/clock.ts';
import { startCallbackServer, type CallbackServer } from '#test/fixtures/callback-server.ts';
import { runLines, shellBlock, withStateFile } from '#test/fixtures/document-commands.ts';
import { upload, waitForDocument, submitDocument } from '#test/fixtures/documents.ts';
import { signedIn, tokensOf, type CallAs } from '#test/fixtures/signed-in.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { setScenario } from '#test/fixtures/turn-client.ts';

/*
 * The logs of all functions during one journey through all routes: an operator can follow a caller
 * and a conversation, and reads neither who it is nor what was said.
 */

let system: StreambedSystem;
let server: CallbackServer;
let demo: CallAs;
let guest: CallAs;
let subject = '';

/** Words of questions, of documents and of answers. No log line may contain them. */
const secretWords = ['marmalade', 'zebrafish', 'quokka'];

const signer = 'iam:arn:aws:iam::000000000000:user/local';
const conversations: string[] = [];

beforeAll(async () => {
  server = await startCallbackServer();
  const knowledge = await mkdtemp(join(tmpdir(), 'streambed-'));
  await writeFile(join(knowledge, 'leave.md'), '# Zebrafish\n\nA zebrafish lives in rivers.');
  system = await startSystem({
    knowledge,
    clock: realClock,
    parameters: { KnowledgeBases: 'handbook=LOCALKB001', LoopbackCallbacks: 'true' },
  });
  const { AccessToken = '' } = await tokensOf(system, 'demo');
  subject = decodeJwt(AccessToken).sub ?? '';
  [demo, guest] = await Promise.all([signedIn(system, 'demo'), signedIn(system, 'guest')]);
});
afterAll(async () => {
  await system.close();
  server.close();
});

const question = 'Is marmalade good for zebrafish?';

async function callEveryRoute(): Promise<void> {
  await setScenario(system, { stream: [{ text: 'A quokka says yes.' }] });
  for (const call of [demo, guest]) {
    await chat(call('/chat/stream', post({ message: question })));
    await chat(call('/chat', post({ message: question })));
  }
  const [id = ''] = conversations;
  for (const path of ['', `/${id}`, `/${id}/stream`])
    await (await demo(`/conversations${path}`)).text();
  const patch = { method: 'PATCH', body: JSON.stringify({ title: 'About zebrafish' }) };
  await (await demo(`/conversations/${id}`, patch)).text();
  const model = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
  const messages = [{ role: 'user', content: question }];
  await (await demo('/v1/chat/completions', post({ model, messages }))).text();
  await (await demo('/knowledge/search', post({ query: 'zebrafish' }))).text();
  await (await demo('/openapi.json')).text();
  await runTask();
  await upload(demo, 'zebrafish.txt', new TextEncoder().encode(`${question} `.repeat(20)));
  const analysis = await submitDocument(demo, '/analyses', { text: question });
  await waitForDocument(demo, `/analyses/${analysis.analysis_id}`);
  await callUrls();
  await (await system.api('/conversations')).text();
  await setScenario(system, { stream: [{ text: 'A quokka' }, { cut: 'eof' }] });
  await (await guest('/chat/stream', post({ message: question }))).text();
}

async function chat(answering: Promise<Response>): Promise<void> {
  const answer = await answering;
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('quokka')]);
  conversations.push(answer.headers.get('x-streambed-conversation-id') ?? '');
}

async function runTask(): Promise<void> {
  const task = { prompt: question, callback_url: server.url };
  const submitted = await demo('/tasks', post(task));
  const { task_id: id } = (await submitted.json()) as { task_id: string };
  await expect.poll(() => server.requests.length, { timeout: 30_000 }).toBe(1);
  await (await demo(`/tasks/${id}`)).text();
  conversations.push(id);
}

/** Calls the Function URLs, with a signature, and the LangChain function directly. */
async function callUrls(): Promise<void> {
  await chat(system.signed('ChatFunction', '', post({ message: question })));
  await (await system.signed('ConversationsFunction', 'conversations')).text();
  const [id] = conversations.slice(-1);
  await (await system.signed('ConversationStreamFunction', `conversations/${id}/stream`)).text();
  await (await system.signed('InvokeFunction', '', post({ prompt: question }))).text();
  const session = { prompt: question, session_id: 'ada-lovelaces-diary' };
  await (await system.signed('LangChainFunction', '', post(session))).text();
  const { endpoints, region, credentials } = system.state;
  const lambda = new LambdaClient({ endpoint: endpoints.aws, region, credentials });
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand());
  const chain = Functions.find(({ FunctionName = '' }) => FunctionName.includes('LangChain'));
  const Payload = JSON.stringify({ input_text: question });
  const direct = new InvokeCommand({ FunctionName: chain?.FunctionName, Payload });
  const { FunctionError, Payload: answer } = await lambda.send(direct);
  expect([FunctionError, answer?.transformToString()]).toEqual([
    undefined,
    expect.stringContaining('quokka'),
  ]);
}

interface NamedLine {
  readonly functionName: string;
  readonly message: string;
  readonly route?: string;
  readonly owner?: string;
  readonly conversation?: string;
}

/** Returns the lines that functions wrote themselves. */
function linesOf({ lines }: StreambedSystem): readonly NamedLine[] {
  return lines.flatMap((line) => {
    const [, functionName = '', json] = /^(\w+)\s+(\{"timestamp".*\})$/u.exec(line) ?? [];
    return json === undefined ? [] : [{ ...(JSON.parse(json) as NamedLine), functionName }];
  });
}

const run = promisify(execFile);

/** Runs the command of the documentation that returns the names of ids. */
async function namesOf(of: StreambedSystem, ...ids: readonly string[]): Promise<readonly string[]> {
  const { endpoints, region, credentials } = of.state;
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: endpoints.aws,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const { stdout } = await run(process.execPath, ['scripts/log-names.mjs', ...ids], { env });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(0, line.indexOf(' ')));
}

const demoOwner = (): string => {
  const { issuer = '' } = system.state.signIn ?? {};
  return `user:${issuer.slice(issuer.lastIndexOf('/') + 1)}:${subject}`;
};

test('no log line names a caller or a conversation in clear, or contains what was said', async () => {
  await callEveryRoute();
  // A caller has its response before the invocation has ended.
  const count = (part: string): number => system.lines.filter((line) => line.includes(part)).length;
  await expect.poll(() => count('REPORT RequestId') - count('START RequestId')).toBe(0);
  expect(conversations).toHaveLength(6);
  const [apiKey = ''] = system.state.apis['Api']?.apiKeys ?? [];
  const ids = [...conversations, subject, 'user/local', 'ada-lovelaces-diary', apiKey];
  for (const text of [...secretWords, ...ids]) {
    expect(text).not.toBe('');
    const found = system.lines.filter((line) => line.toLowerCase().includes(text.toLowerCase()));
    expect([text, found]).toEqual([text, []]);
  }
});

test('every function names its callers, and the same caller has the same name in all of them', async () => {
  const lines = linesOf(system);
  const [demoName = '', signerName = ''] = await namesOf(system, demoOwner(), signer);
  const functionsOf = (owner: string): readonly string[] =>
    [
      ...new Set(lines.filter((line) => line.owner === owner).map((line) => line.functionName)),
    ].toSorted();
  expect(functionsOf(demoName)).toEqual([
    'CallbackWorkerFunction',
    'ChatBufferedFunction',
    'ChatFunction',
    'CombineResultsFunction',
    'ConversationStreamFunction',
    'ConversationsFunction',
    'DocumentsFunction',
    'ExtractTextFunction',
    'KnowledgeFunction',
    'OpenAiFunction',
    'TaskWorkerFunction',
    'TasksFunction',
    'UploadWorkerFunction',
  ]);
  expect(functionsOf(signerName)).toEqual([
    'ChatFunction',
    'ConversationStreamFunction',
    'ConversationsFunction',
    'InvokeFunction',
    'LangChainFunction',
  ]);
  // The other user, the API key and the direct invocation.
  const owners = new Set(lines.map(({ owner }) => owner).filter((owner) => owner !== undefined));
  const others = [...owners].filter((owner) => owner !== demoName && owner !== signerName);
  expect(others).toHaveLength(3);
  expect([...owners].filter((owner) => !/^[\da-f]{16}$/u.test(owner))).toEqual([]);
  const unnamed = lines.filter(
    ({ owner, functionName }) => owner === undefined && functionName !== 'OpenApiFunction',
  );
  expect(unnamed).toEqual([]);
  const failed = lines.filter(({ message }) => message === 'turn failed');
  expect(failed).toEqual([
    expect.objectContaining({ owner: expect.any(String), conversation: expect.any(String) }),
  ]);
});

test('a conversation has one name in all functions, which the command of the documentation returns', async () => {
  const lines = linesOf(system);
  const [first = ''] = conversations;
  const task = conversations.find((_, index) => index === 4) ?? '';
  const [streamed, ofTask, session] = await namesOf(
    system,
    first,
    `task.${task}`,
    'ada-lovelaces-diary',
  );
  const messagesOf = (name = ''): readonly string[] =>
    lines
      .filter(({ conversation }) => conversation === name)
      .map(({ functionName, message, route }) => `${functionName}: ${message} ${route ?? ''}`);
  expect(messagesOf(streamed)).toEqual(
    expect.arrayContaining([
      'ChatFunction: turn ended POST /chat/stream',
      'ChatFunction: request answered POST /chat/stream',
      'ConversationStreamFunction: request answered GET /conversations/{conversation_id}/stream',
      'ConversationsFunction: request answered PATCH /conversations/{conversation_id}',
    ]),
  );
  expect(messagesOf(ofTask)).toEqual(
    expect.arrayContaining([
      'TasksFunction: request answered POST /tasks',
      'TaskWorkerFunction: turn ended POST /tasks',
      'TaskWorkerFunction: message handled ',
      'CallbackWorkerFunction: message handled ',
      'TasksFunction: request answered GET /tasks/{task_id}',
    ]),
  );
  expect(messagesOf(session)).toEqual([
    'LangChainFunction: turn ended langchain',
    'LangChainFunction: request answered ',
  ]);
});

test('the commands of the documentation return the name of a caller', async () => {
  const stateFile = join(await mkdtemp(join(tmpdir(), 'streambed-')), 'local.json');
  await writeStateFile(stateFile, system.state);
  const block = shellBlock(await readFile('docs/debugging.md', 'utf8'), 'Follow one caller');
  const results = await runLines(block.map((line) => withStateFile(line, stateFile)));
  const [name] = await namesOf(system, signer);
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  expect(results[1]?.output).toBe(`${name}  ${signer}\n`);
});

test('another deployment has other names for the same caller', async () => {
  const other = await startSystem();
  await (await other.signed('ConversationsFunction', 'conversations')).text();
  const [own] = await namesOf(system, signer);
  const [names] = await namesOf(other, signer);
  expect(linesOf(other).map(({ owner }) => owner)).toEqual([names]);
  expect(names).not.toBe(own);
  await other.close();
});
