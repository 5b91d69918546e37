import { expect, test } from 'vitest';
import { analysisPipeline, documentPipeline } from '#infra/background/document-workflows.ts';

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
}

test.each([
  ['documentPipeline', documentPipeline],
  ['analysisPipeline', analysisPipeline],
])('the extraction of %s is not retried after a timeout, and once after a crash', (_, pipeline) => {
  const extraction: object = pipeline.States.ExtractText;
  const { Retry: retries } = extraction as { readonly Retry: readonly Retrier[] };
  const names = retries.flatMap(({ ErrorEquals }) => ErrorEquals);
  expect(names).toContain('Lambda.ServiceException');
  for (const name of ['States.ALL', 'Lambda.Unknown', 'Sandbox.Timedout', 'States.Timeout']) {
    expect(names).not.toContain(name);
  }
  const crash = retries.find(({ ErrorEquals }) => ErrorEquals.includes('Runtime.ExitError'));
  expect(crash?.MaxAttempts).toBe(1);
});
