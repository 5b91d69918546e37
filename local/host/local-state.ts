import type { Definitions } from '#local/host/definitions.ts';
import type { Doors } from '#local/host/ports.ts';
import { isNameOf } from '#local/lambda/definition/read-functions.ts';
import type { ApiKey } from '#local/rest-api/admission.ts';
import type { Services } from '#local/host/services.ts';
import type { UserPool } from '#local/sign-in/user-pools.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import type { OpenStack } from '#local/template/stacks.ts';

/** What a running system tells programs about itself; keys are the template's logical ids. */
export interface LocalState {
  readonly ready: true;
  readonly region: string;
  readonly credentials: Credentials;
  readonly web?: string;
  readonly endpoints: { readonly aws: string };
  /** Bearer keys that the local Bedrock takes beside signatures. */
  readonly bedrock: { readonly apiKeys: readonly string[] };
  readonly functions: Readonly<Record<string, FunctionState>>;
  readonly apis: Readonly<Record<string, ApiState>>;
  readonly tables: Readonly<Record<string, string>>;
  /** The URLs of queues. */
  readonly queues: Readonly<Record<string, string>>;
  /** The names of buckets. */
  readonly buckets: Readonly<Record<string, string>>;
  /** The ARNs of state machines. */
  readonly stateMachines: Readonly<Record<string, string>>;
  /** Where people sign in, to the first user pool; present where there is one. */
  readonly signIn?: SignInState;
  /** The outputs of the stacks, by name; with its stack before it where two have the same. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface FunctionState {
  readonly name: string;
  /** Present where the function has a URL. */
  readonly url?: string;
  readonly authType?: string;
  readonly invokeMode?: string;
}

export interface SignInState {
  readonly issuer: string;
  readonly userPoolId: string;
  /** Of the pool's first client. */
  readonly clientId: string;
  readonly users: readonly { readonly username: string; readonly password: string }[];
}

export interface ApiState {
  readonly url: string;
  readonly apiKeys: readonly string[];
}

export interface Running {
  readonly region: string;
  readonly credentials: Credentials;
  readonly services: Services;
  readonly definitions: Definitions;
  readonly doors: Doors;
  readonly apiKeys: readonly ApiKey[];
  readonly stacks: readonly OpenStack[];
  readonly bedrockKey: string;
  readonly pools: readonly UserPool[];
}

/** The state of a system that is up. */
export function stateOf(running: Running): LocalState {
  const { region, credentials, services, definitions, doors, stacks } = running;
  const { tables, queues, buckets, stateMachines } = definitions;
  return {
    ready: true,
    region,
    credentials,
    endpoints: { aws: services.url },
    bedrock: { apiKeys: [running.bedrockKey] },
    functions: functionStates(definitions, doors),
    apis: { ...restStates(running), ...httpStates(running) },
    tables: Object.fromEntries(tables.map(({ key, name }) => [key, name])),
    queues: Object.fromEntries(queues.map(({ key, url }) => [key, url])),
    buckets: Object.fromEntries(buckets.map(({ key, name }) => [key, name])),
    stateMachines: Object.fromEntries(stateMachines.map(({ key, arn }) => [key, arn])),
    ...signInState(running),
    outputs: outputsOf(stacks),
  };
}

function functionStates({ functions, urls }: Definitions, doors: Doors): LocalState['functions'] {
  const states = functions.map((definition) => {
    const { key, name } = definition;
    const url = urls.find(({ target }) => isNameOf(definition, target));
    const origin = doors.get(url?.key ?? '')?.origin;
    if (url === undefined || origin === undefined) return [key, { name }] as const;
    const { authType, invokeMode } = url;
    return [key, { name, url: `${origin}/`, authType, invokeMode }] as const;
  });
  return Object.fromEntries(states);
}

/** Of the keys of all plans an API's are those in a plan of its stage. */
function restStates({ definitions, doors, apiKeys }: Running): LocalState['apis'] {
  const states = definitions.apis.map(({ key, id, stages }) => {
    const plans = definitions.usagePlans.filter((plan) =>
      plan.stages.some(({ apiId }) => apiId === id),
    );
    const own = apiKeys.filter((apiKey) => plans.some(({ keyIds }) => keyIds.includes(apiKey.id)));
    const url = `${doors.get(key)?.origin}/${stages[0]?.name}`;
    return [key, { url, apiKeys: own.map(({ value }) => value) }] as const;
  });
  return Object.fromEntries(states);
}

function httpStates({ definitions, doors }: Running): LocalState['apis'] {
  const states = definitions.httpApis.map(({ key, stages }) => {
    const origin = doors.get(key)?.origin ?? '';
    const isDefault = stages.some(({ name }) => name === '$default');
    return [
      key,
      { url: isDefault ? origin : `${origin}/${stages[0]?.name}`, apiKeys: [] },
    ] as const;
  });
  return Object.fromEntries(states);
}

function signInState({ pools }: Running): Pick<LocalState, 'signIn'> {
  const [pool] = pools;
  if (pool === undefined) return {};
  const { issuer, definition, users } = pool;
  return {
    signIn: {
      issuer,
      userPoolId: definition.id,
      clientId: definition.clients[0]?.id ?? '',
      users: users.map(({ username, password }) => ({ username, password })),
    },
  };
}

function outputsOf(stacks: readonly OpenStack[]): Readonly<Record<string, string>> {
  const outputs = new Map<string, string>();
  for (const stack of stacks.filter(({ isNested }) => !isNested)) {
    for (const [name, value] of Object.entries(stack.outputs())) {
      outputs.set(outputs.has(name) ? `${stack.template.stackName}.${name}` : name, value);
    }
  }
  return Object.fromEntries(outputs);
}
