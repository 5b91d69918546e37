import { httpRoutes, restRoutes, type RouteState } from '#local/host/state/routes.ts';
import type { Running } from '#local/host/start.ts';
import { exampleMessage } from '#local/websocket-api/example-message.ts';
import { triggersOf } from '#local/host/state/triggers.ts';
import { isNameOf } from '#local/lambda/definition/read-functions.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

/** What programs can read about a running system. Keys are the template's logical ids. */
export interface LocalState {
  readonly ready: true;
  readonly region: string;
  readonly credentials: Credentials;
  readonly web?: string;
  readonly endpoints: { readonly aws: string };
  /** Bearer keys that the local Bedrock accepts besides signatures. */
  readonly bedrock: { readonly apiKeys: readonly string[] };
  readonly functions: Readonly<Record<string, FunctionState>>;
  readonly apis: Readonly<Record<string, ApiState>>;
  /** Present if there are any. */
  readonly webSocketApis?: Readonly<Record<string, WebSocketApiState>>;
  /** The endpoints of web functions. Present if there are any. */
  readonly webFunctions?: Readonly<Record<string, WebEndpointState>>;
  readonly tables: Readonly<Record<string, string>>;
  /** The URLs of queues. */
  readonly queues: Readonly<Record<string, string>>;
  /** The names of buckets. */
  readonly buckets: Readonly<Record<string, string>>;
  /** The ARNs of state machines. */
  readonly stateMachines: Readonly<Record<string, string>>;
  readonly stateMachineTypes: Readonly<Record<string, 'STANDARD' | 'EXPRESS'>>;
  /** Sign-in to the first user pool, if there is one. */
  readonly signIn?: SignInState;
  /**
   * The outputs of the stacks, by name. If two stacks have an output of the same name, the second
   * one has its stack's name in front.
   */
  readonly outputs: Readonly<Record<string, string>>;
  /** Every difference to AWS that was found at the start, also the ones without consequences. */
  readonly notices: readonly string[];
}

export interface FunctionState {
  readonly name: string;
  /** The Function URL, if there is one. */
  readonly url?: string;
  readonly authType?: string;
  readonly invokeMode?: string;
  /** The keys of the APIs, queues, buckets and state machines that invoke it. */
  readonly triggers: readonly string[];
}

export interface SignInState {
  readonly issuer: string;
  readonly userPoolId: string;
  /** The id of the pool's first client. */
  readonly clientId: string;
  readonly users: readonly { readonly username: string; readonly password: string }[];
}

export interface ApiState {
  readonly url: string;
  readonly apiKeys: readonly string[];
  readonly routes: readonly RouteState[];
}

export interface WebSocketApiState {
  readonly url: string;
  /** A message for one of its routes, if they are selected by a member of the message. */
  readonly message?: string;
  readonly access: 'open' | 'iam' | 'function';
}

export interface WebEndpointState {
  /** The name of its web function. */
  readonly functionName: string;
  readonly endpointName: string;
  readonly url: string;
  readonly authType: 'IamAuth' | 'ApplicationManaged';
}

/** Returns the state of a running system. */
export function stateOf(running: Running): LocalState {
  const { region, secrets, gateway, bedrockKey, definitions } = running;
  const { tables, queues, buckets, stateMachines } = definitions;
  return {
    ready: true,
    region,
    credentials: secrets.credentials,
    endpoints: { aws: gateway.url },
    bedrock: { apiKeys: [bedrockKey] },
    functions: functionStates(running),
    apis: { ...restStates(running), ...httpStates(running) },
    ...webSocketStates(running),
    ...webFunctionStates(running),
    tables: Object.fromEntries(tables.map(({ key, name }) => [key, name])),
    queues: Object.fromEntries(queues.map(({ key, url }) => [key, url])),
    buckets: Object.fromEntries(buckets.map(({ key, name }) => [key, name])),
    stateMachines: Object.fromEntries(stateMachines.map(({ key, arn }) => [key, arn])),
    stateMachineTypes: Object.fromEntries(stateMachines.map(({ key, type }) => [key, type])),
    ...signInState(running),
    outputs: outputsOf(running),
    notices: running.notices.all(),
  };
}

function functionStates({ definitions, ports }: Running): LocalState['functions'] {
  const { functions, urls } = definitions;
  const states = functions.map((definition) => {
    const { key, name } = definition;
    const triggers = triggersOf(definition, definitions);
    const url = urls.find(({ target }) => isNameOf(definition, target));
    const origin = ports.get(url?.key ?? '')?.origin;
    if (url === undefined || origin === undefined) return [key, { name, triggers }] as const;
    const { authType, invokeMode } = url;
    return [key, { name, url: `${origin}/`, authType, invokeMode, triggers }] as const;
  });
  return Object.fromEntries(states);
}

/** An API has the keys of those usage plans that include one of its stages. */
function restStates({ definitions, ports, apiKeys }: Running): LocalState['apis'] {
  const states = definitions.apis.map((api) => {
    const plans = definitions.usagePlans.filter((plan) =>
      plan.stages.some(({ apiId }) => apiId === api.id),
    );
    const keys = apiKeys.filter(({ id }) => plans.some(({ keyIds }) => keyIds.includes(id)));
    const url = `${ports.get(api.key)?.origin}/${api.stages[0]?.name}`;
    const state = { url, apiKeys: keys.map(({ value }) => value), routes: restRoutes(api) };
    return [api.key, state] as const;
  });
  return Object.fromEntries(states);
}

function httpStates({ definitions, ports }: Running): LocalState['apis'] {
  const states = definitions.httpApis.map((api) => {
    const origin = ports.get(api.key)?.origin ?? '';
    const hasDefault = api.stages.some(({ name }) => name === '$default');
    const url = hasDefault ? origin : `${origin}/${api.stages[0]?.name}`;
    return [api.key, { url, apiKeys: [], routes: httpRoutes(api) }] as const;
  });
  return Object.fromEntries(states);
}

function webSocketStates({ definitions, ports }: Running): Pick<LocalState, 'webSocketApis'> {
  if (definitions.webSocketApis.length === 0) return {};
  const states = definitions.webSocketApis.map((api) => {
    const origin = ports.get(api.key)?.origin.replace(/^http/u, 'ws') ?? '';
    const message = exampleMessage(api);
    const state = {
      url: `${origin}/${api.stages[0]?.name ?? ''}`,
      ...(message === undefined ? {} : { message }),
      access: openOr(api.routes.get('$connect')?.authorization.type),
    };
    return [api.key, state] as const;
  });
  return { webSocketApis: Object.fromEntries(states) };
}

function webFunctionStates({ definitions, ports }: Running): Pick<LocalState, 'webFunctions'> {
  const states = definitions.webFunctions.flatMap(({ name: functionName, endpoints }) =>
    endpoints.map(({ key, name: endpointName, authType }) => {
      const url = `${ports.get(key)?.origin ?? ''}/`;
      return [key, { functionName, endpointName, url, authType }] as const;
    }),
  );
  return states.length === 0 ? {} : { webFunctions: Object.fromEntries(states) };
}

function openOr(type: 'none' | 'iam' | 'function' = 'none'): WebSocketApiState['access'] {
  return type === 'none' ? 'open' : type;
}

function signInState({ userPools }: Running): Pick<LocalState, 'signIn'> {
  const [pool] = userPools;
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

function outputsOf({ stacks }: Running): LocalState['outputs'] {
  const outputs = new Map<string, string>();
  for (const stack of stacks.filter(({ creator }) => creator === undefined)) {
    for (const [name, value] of Object.entries(stack.outputs())) {
      outputs.set(outputs.has(name) ? `${stack.template.stackName}.${name}` : name, value);
    }
  }
  return Object.fromEntries(outputs);
}
