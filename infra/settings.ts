import type { Node } from 'constructs';
import type { AlarmSettings } from '#infra/monitoring/alarms.ts';
import { readOptions } from '#infra/options/read-options.ts';
import { readModelSettings } from '#infra/model-settings.ts';
import {
  count,
  flag,
  list,
  matching,
  onlyWith,
  origins,
  readTextFrom,
  type ReadText,
} from '#infra/setting-values.ts';
import { otlpEndpoint, traceRatio, tracesPath, type TracingProps } from '#infra/tracing.ts';
import type { OidcProps, StreambedProps } from '#infra/streambed-stack.ts';

/**
 * Returns the settings of a deployment from the CDK context (`-c models=… -c publicChat=true`).
 * Lists are separated by commas. Throws an error that names the invalid setting.
 */
export function readSettings(node: Node): StreambedProps {
  const { text, assertNoOthers } = readTextFrom(node);
  const settings = readAll(text);
  assertNoOthers();
  return settings;
}

function readAll(text: ReadText): StreambedProps {
  return {
    ...readModelSettings(text),
    client: client(text('client') ?? 'own'),
    limits: {
      requestsPerMinute: count('requestsPerMinute', text('requestsPerMinute') ?? '600'),
      tokensPerDay: count('tokensPerDay', text('tokensPerDay') ?? '5000000'),
      usdPerDay: count('usdPerDay', text('usdPerDay') ?? '25'),
    },
    allowedOrigins: origins('allowedOrigins', text('allowedOrigins') ?? 'http://localhost:3000'),
    publicChat: flag('publicChat', text('publicChat')),
    ...toExtensions(text),
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

function toTracing(text: ReadText): TracingProps {
  const endpoint = matching('otlpEndpoint', text('otlpEndpoint'), {
    pattern: otlpEndpoint,
    expectation: 'must be the http or https URL of an OTLP collector',
  });
  const ratio = matching('traceRatio', text('traceRatio'), {
    pattern: traceRatio,
    expectation: 'must be a number from 0 to 1',
  });
  if (endpoint !== undefined && tracesPath.test(endpoint)) {
    throw new Error('otlpEndpoint: must be the URL of the collector itself, without /v1/traces');
  }
  if (endpoint === undefined) onlyWith(text, { names: ['traceRatio'], needed: 'otlpEndpoint' });
  return { endpoint: endpoint ?? '', ratio: ratio ?? '1' };
}

function toAlarmSettings(text: ReadText): AlarmSettings {
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
    throw new Error('oidcIssuer: must be set together with oidcAudience or oidcJwksUrl');
  }
  if (audience === undefined) throw new Error('oidcAudience: must be set together with oidcIssuer');
  const defaultUrl = `${issuer.replace(/\/$/u, '')}/.well-known/jwks.json`;
  return { issuer, audience, jwksUrl: jwksUrl ?? defaultUrl };
}

/** SQS hides a message for at most twelve hours, and jitter makes delays up to a fifth longer. */
function delays(name: string, text: string): readonly number[] {
  return list(name, text).map((item) => {
    const seconds = count(name, item);
    if (seconds <= 35_000) return seconds;
    throw new Error(`${name}: must be at most 35000 seconds each`);
  });
}

type Extensions = Pick<
  StreambedProps,
  'knowledgeBases' | 'knowledgeOwnerAttribute' | 'agents' | 'mcpServers'
>;

function toExtensions(text: ReadText): Extensions {
  const knowledgeBases = addresses('knowledgeBases', text('knowledgeBases'), {
    pattern: /^[\dA-Z]{10}$/u,
    expectation: 'the id of a knowledge base, of 10 capital letters and digits',
  });
  if (Object.keys(knowledgeBases).length === 0) {
    onlyWith(text, { names: ['knowledgeOwnerAttribute'], needed: 'knowledgeBases' });
  }
  return {
    knowledgeBases,
    knowledgeOwnerAttribute: text('knowledgeOwnerAttribute') ?? '',
    agents: addresses('agents', text('agents'), {
      pattern:
        /^(?:arn:[\w-]+:bedrock-agentcore:[\w-]+:\d{12}:runtime\/[\w-]+|[\dA-Z]{10}\/[\dA-Z]{10})$/u,
      expectation: 'the ARN of an AgentCore runtime, or AGENTID/ALIASID',
    }),
    mcpServers: addresses('mcpServers', text('mcpServers'), {
      pattern: /^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1)[:/])[\w:./-]+$/u,
      expectation: 'an https URL',
    }),
  };
}

/** Parses names and their addresses, `a=1,b=2`. The list may be empty. */
function addresses(
  setting: string,
  value: string | undefined,
  { pattern, expectation }: { readonly pattern: RegExp; readonly expectation: string },
): Readonly<Record<string, string>> {
  const entries = (value ?? '').split(',').filter((entry) => entry !== '');
  const pairs = entries.map((entry) => {
    const [, name, address] = /^([\w-]{1,64})=(\S+)$/u.exec(entry) ?? [];
    if (name === undefined || address === undefined) {
      throw new Error(`${setting}: must be a list like name=address,other=address`);
    }
    if (pattern.test(address)) return [name, address] as const;
    throw new Error(`${setting}: ${name} must be ${expectation}, not ${address}`);
  });
  return Object.fromEntries(pairs);
}

function client(value: string): StreambedProps['client'] {
  if (value === 'own' || value === 'sdk') return value;
  throw new Error('client: must be own or sdk');
}
