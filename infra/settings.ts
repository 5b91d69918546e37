import type { Node } from 'constructs';
import type { AlarmSettings } from '#infra/monitoring/alarms.ts';
import { readOptions } from '#infra/options/read-options.ts';
import { count, flag, list, matching, origins, readTextFrom } from '#infra/setting-values.ts';
import { otlpEndpoint, traceRatio, type TracingProps } from '#infra/tracing.ts';
import type { OidcProps, StreambedProps } from '#infra/streambed-stack.ts';

/**
 * Returns the settings of a deployment from the CDK context (`-c models=… -c publicChat=true`).
 * Lists are separated by commas. Throws an error that names the invalid setting.
 */
export function readSettings(node: Node): StreambedProps {
  const text = readTextFrom(node);
  const models = list('models', text('models') ?? defaultModels.join(','));
  return {
    models,
    invokeModels: list('invokeModels', text('invokeModels') ?? models.join(',')),
    langchainModel: text('langchainModel') ?? models[0] ?? '',
    langchainRegion: text('langchainRegion'),
    fallbacks: text('fallbacks') ?? (text('models') === undefined ? defaultModels.join('>') : ''),
    client: client(text('client') ?? 'own'),
    maxOutputTokens: count('maxOutputTokens', text('maxOutputTokens') ?? '4096'),
    maxHistoryTokens: count('maxHistoryTokens', text('maxHistoryTokens') ?? '16000'),
    limits: {
      requestsPerMinute: count('requestsPerMinute', text('requestsPerMinute') ?? '600'),
      tokensPerDay: count('tokensPerDay', text('tokensPerDay') ?? '5000000'),
      usdPerDay: count('usdPerDay', text('usdPerDay') ?? '25'),
    },
    allowedOrigins: origins('allowedOrigins', text('allowedOrigins') ?? 'http://localhost:3000'),
    publicChat: flag('publicChat', text('publicChat')),
    knowledgeBases: addresses('knowledgeBases', text('knowledgeBases') ?? ''),
    knowledgeOwnerAttribute: text('knowledgeOwnerAttribute') ?? '',
    agents: addresses('agents', text('agents') ?? ''),
    mcpServers: addresses('mcpServers', text('mcpServers') ?? ''),
    documentModel: documentModel(text('documentModel') ?? 'amazon.nova-lite-v1:0'),
    guests: flag('guests', text('guests')),
    selfSignUp: flag('selfSignUp', text('selfSignUp')),
    oidc: toOidc(text('oidcIssuer'), text('oidcAudience'), text('oidcJwksUrl')),
    taskRetrySeconds: delays('taskRetrySeconds', text('taskRetrySeconds') ?? '30,60,120,300'),
    callbackRetrySeconds: delays(
      'callbackRetrySeconds',
      text('callbackRetrySeconds') ?? '5,30,300,1800,7200,28800',
    ),
    alarms: toAlarmSettings(text),
    options: readOptions(text),
    tracing: toTracing(text),
  };
}

function toTracing(text: (name: string) => string | undefined): TracingProps {
  const endpoint = matching('otlpEndpoint', text('otlpEndpoint'), {
    pattern: otlpEndpoint,
    expectation: 'must be the http or https URL of an OTLP collector',
  });
  const ratio = matching('traceRatio', text('traceRatio'), {
    pattern: traceRatio,
    expectation: 'must be a number from 0 to 1',
  });
  return { endpoint: endpoint ?? '', ratio: ratio ?? '1' };
}

function toAlarmSettings(text: (name: string) => string | undefined): AlarmSettings {
  return {
    topicArn: matching('alarmTopic', text('alarmTopic'), {
      pattern: /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}$/u,
      expectation: 'must be the ARN of an SNS topic',
    }),
    email: matching('alarmEmail', text('alarmEmail'), {
      pattern: /^[^\s@,]+@[^\s@,]+$/u,
      expectation: 'must be an email address',
    }),
    usdPerDay: count('alarmUsdPerDay', text('alarmUsdPerDay') ?? '100'),
    accountConcurrency: count('accountConcurrency', text('accountConcurrency') ?? '1000'),
  };
}

function toOidc(
  issuer: string | undefined,
  audience: string | undefined,
  jwksUrl: string | undefined,
): OidcProps | undefined {
  if (issuer === undefined) {
    if (audience === undefined && jwksUrl === undefined) return undefined;
    throw new Error('oidcIssuer: must be set together with oidcAudience and oidcJwksUrl');
  }
  if (audience === undefined) throw new Error('oidcAudience: must be set together with oidcIssuer');
  const defaultUrl = `${issuer.replace(/\/$/u, '')}/.well-known/jwks.json`;
  return { issuer, audience, jwksUrl: jwksUrl ?? defaultUrl };
}

const defaultModels = ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 'amazon.nova-lite-v1:0'];

/** SQS hides a message for at most twelve hours, and jitter makes delays up to a fifth longer. */
function delays(name: string, text: string): readonly number[] {
  return list(name, text).map((item) => {
    const seconds = count(name, item);
    if (seconds <= 35_000) return seconds;
    throw new Error(`${name}: must be at most 35000 seconds each`);
  });
}

/** Parses names and their addresses, `a=1,b=2`. The list may be empty. */
function addresses(setting: string, value: string): Readonly<Record<string, string>> {
  const entries = value.split(',').filter((entry) => entry !== '');
  const pairs = entries.map((entry) => {
    const [, name, address] = /^([\w-]{1,64})=([\w:./-]+)$/u.exec(entry) ?? [];
    if (name === undefined || address === undefined) {
      throw new Error(`${setting}: must be a list like name=address,other=address`);
    }
    return [name, address] as const;
  });
  return Object.fromEntries(pairs);
}

/** Workflows parse the native answers of a model, and support only the formats of these two. */
function documentModel(model: string): string {
  if (/anthropic\.|amazon\.nova/u.test(model)) return model;
  throw new Error('documentModel: must be a Claude or Nova model');
}

function client(value: string): StreambedProps['client'] {
  if (value === 'own' || value === 'sdk') return value;
  throw new Error('client: must be own or sdk');
}
