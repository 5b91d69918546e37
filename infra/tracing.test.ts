import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { readSettings } from '#infra/settings.ts';
import { StreambedStack } from '#infra/streambed-stack.ts';

function synthesize(context: Readonly<Record<string, string>> = {}): Template {
  const app = new App({ context });
  return Template.fromStack(new StreambedStack(app, 'Streambed', readSettings(app.node)));
}

const template = synthesize({ otlpEndpoint: 'https://collector.example', traceRatio: '0.1' });

test('the collector is a parameter, and its headers are shown nowhere', () => {
  template.hasParameter('OtlpEndpoint', { Default: 'https://collector.example' });
  template.hasParameter('OtlpHeaders', { Default: '', NoEcho: true });
  template.hasParameter('TraceRatio', { Default: '0.1' });
});

test('only functions that run turns, and the one that queues them, know the collector', () => {
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  const traced = functions.filter(([, { Properties }]) =>
    JSON.stringify(Properties.Environment ?? {}).includes('OtlpHeaders'),
  );
  expect(traced.map(([id]) => id).toSorted()).toEqual([
    'ChatBufferedFunction',
    'ChatFunction',
    'InvokeFunction',
    'KnowledgeFunction',
    'LangChainFunction',
    'OpenAiFunction',
    'TaskWorkerFunction',
    'TasksFunction',
  ]);
});

test('turns are not traced by default', () => {
  const { tracing } = readSettings(new App().node);
  expect(tracing).toEqual({ endpoint: '', ratio: '1' });
});

test.each([
  [{ otlpEndpoint: 'collector:4318' }, 'otlpEndpoint: must be the http or https URL'],
  [{ otlpEndpoint: 'https://example.com?key=1' }, 'otlpEndpoint: must be'],
  [{ traceRatio: '2' }, 'traceRatio: must be a number from 0 to 1'],
  [{ traceRatio: '10 %' }, 'traceRatio: must be a number from 0 to 1'],
])('the setting %j is refused with an error that names it', (context, message) => {
  expect(() => readSettings(new App({ context }).node)).toThrow(message);
});
