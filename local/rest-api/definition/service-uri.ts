import { isSdkAction, isSdkService } from '#local/step-functions/validation/states/integrations.ts';

/** What an integration of type AWS calls: an action of a service, or a path of its API. */
export interface ServiceTarget {
  /** The service as it is named in addresses, such as `states` or `bedrock-runtime`. */
  readonly service: string;
  readonly call:
    | { readonly type: 'action'; readonly action: string; readonly query: string }
    /** The path begins with a slash; it may contain `{parameters}` and stage variables. */
    | { readonly type: 'path'; readonly path: string };
}

/** Services whose name in addresses is not that of their SDK without dashes. */
const sdkNames: Readonly<Record<string, string>> = {
  'cognito-idp': 'cognitoidentityprovider',
  'execute-api': 'apigateway',
  'runtime.sagemaker': 'sagemakerruntime',
  elasticmapreduce: 'emr',
  email: 'ses',
  events: 'eventbridge',
  logs: 'cloudwatchlogs',
  monitoring: 'cloudwatch',
  states: 'sfn',
  tagging: 'resourcegroupstaggingapi',
};

/**
 * Reads the URI of an integration with a service. Throws for one that API Gateway refuses, in its
 * words; `place` names the property.
 */
export function parseServiceUri(place: string, uri: string): ServiceTarget {
  const refuse = (message: string): never => {
    throw new Error(`${place}: ${message}: ${uri}`);
  };
  if (!/^arn:[^:]+:[^:]+:/u.test(uri)) return refuse('Invalid ARN specified in the request');
  const form = /^arn:aws[\w-]*:apigateway:[\w-]+:([\w.-]+):(path|action)\/([\s\S]*)$/u;
  const [, name = '', kind, rest = ''] = form.exec(uri) ?? [];
  if (kind === undefined) return refuse('AWS ARN for integration must contain path or action');
  const service = isKnown(name) ? name : (name.split('.').at(-1) ?? '');
  if (!isKnown(service)) return refuse('AWS ARN for integration contains an invalid service');
  if (kind === 'path') {
    if (service === 'lambda' && !functionPath.test(rest))
      return refuse('AWS ARN for integration contains invalid path');
    return { service, call: { type: 'path', path: `/${rest}` } };
  }
  const [action = '', ...query] = rest.split('&');
  if (!isSdkAction(sdkName(service), action.charAt(0).toLowerCase() + action.slice(1)))
    return refuse('AWS ARN for integration contains invalid action');
  return { service, call: { type: 'action', action, query: query.join('&') } };
}

/** Returns the URI of what an integration calls. */
export function formatServiceUri(region: string, { service, call }: ServiceTarget): string {
  const query = call.type === 'action' && call.query !== '' ? `&${call.query}` : '';
  const rest = call.type === 'action' ? `${call.action}${query}` : call.path.slice(1);
  return `arn:aws:apigateway:${region}:${service}:${call.type}/${rest}`;
}

const functionPath = /^\d{4}-\d\d-\d\d\/functions\/[^/]+\/invocations$/u;

function sdkName(service: string): string {
  return sdkNames[service] ?? service.replaceAll('-', '');
}

function isKnown(service: string): boolean {
  return isSdkService(sdkName(service));
}
