import net from 'node:net';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, expect, test, vi } from 'vitest';
import { functionWithUrl, hostResources } from '#test/fixtures/template.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Lets no server listen, as if this process had no file descriptors left. */
function failToListen(): void {
  vi.spyOn(net.Server.prototype, 'listen').mockImplementation(function (this: net.Server) {
    const error = Object.assign(new Error('listen EMFILE'), { code: 'EMFILE' });
    process.nextTick(() => this.emit('error', error));
    return this;
  });
}

test('a function whose environment could not be started works when one can be started again', async () => {
  const more = { ReservedConcurrentExecutions: 1 };
  const system = await hostResources(functionWithUrl('Plain', { handler: 'plain', more }));
  const { endpoints, region, credentials } = system.state;
  const lambda = new LambdaClient({ endpoint: endpoints.aws, region, credentials, maxAttempts: 1 });
  const invoke = async (): Promise<string> => {
    const command = new InvokeCommand({ FunctionName: 'local-Plain' });
    const { FunctionError, Payload } = await lambda.send(command);
    return FunctionError === undefined ? 'works' : Buffer.from(Payload ?? []).toString('utf8');
  };
  failToListen();
  expect(await invoke()).toMatch(/Runtime\.InvalidEntrypoint.*EMFILE/u);
  expect(await invoke()).toMatch(/Runtime\.InvalidEntrypoint.*EMFILE/u);
  vi.restoreAllMocks();
  expect(await invoke()).toBe('works');
  await system.close();
});
