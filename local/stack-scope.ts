import { noValue, resolve, type Scope } from '#local/intrinsics.ts';
import { isRecord } from '#local/shape.ts';
import type { Template, TemplateResource } from '#local/template.ts';

/** The account that everything local belongs to, as in other emulators. */
export const accountId = '000000000000';

export interface ScopeSettings {
  readonly template: Template;
  readonly region: string;
  /** Base URLs of what listens on a port of its own, by logical id. */
  readonly urls: ReadonlyMap<string, string>;
  /** Told of every reference that could only be guessed at. */
  warn(message: string): void;
}

/** What the references of a template stand for when its stack runs here. */
export function createScope({ template, region, urls, warn }: ScopeSettings): Scope {
  const { resources, parameters, conditions, mappings, stackName } = template;
  const pseudo = pseudoParameters(stackName, region);
  const nameOf = (logicalId: string, resource: TemplateResource): string => {
    const own = nameProperties[resource.type];
    const given = own === undefined ? undefined : resolve(resource.properties[own], scope);
    return typeof given === 'string' ? given : `${stackName}-${logicalId}`;
  };
  const scope: Scope = {
    ref(logicalId) {
      if (pseudo.has(logicalId)) return pseudo.get(logicalId);
      if (parameters.has(logicalId)) {
        const value = parameters.get(logicalId);
        if (value === undefined)
          throw new Error(`Parameter ${logicalId}: needs --parameter ${logicalId}=…`);
        return value;
      }
      const resource = known(resources, logicalId);
      return idTypes.has(resource.type) ? shortId(logicalId) : nameOf(logicalId, resource);
    },
    attribute(logicalId, name) {
      const resource = known(resources, logicalId);
      if (name === 'RootResourceId') return `${shortId(logicalId)}-root`;
      if (name === 'FunctionUrl') return urls.get(logicalId);
      const arn = arns[resource.type]?.(region, nameOf(logicalId, resource));
      if (name.endsWith('Arn') && arn !== undefined) return arn;
      warn(`${logicalId}.${name} is not known here: a placeholder stands for it`);
      return `${logicalId}-${name}`;
    },
    condition(name) {
      if (!Object.hasOwn(conditions, name)) throw new Error(`There is no condition ${name}`);
      return resolve(conditions[name], scope) === true;
    },
    mapping(map, first, second) {
      const value = [map, first, second].reduce<unknown>(
        (found, key) => (isRecord(found) ? found[key] : undefined),
        mappings,
      );
      if (value === undefined) throw new Error(`There is no mapping ${map}.${first}.${second}`);
      return value;
    },
    importValue(name) {
      throw new Error(`No stack exports ${name}`);
    },
  };
  return scope;
}

function pseudoParameters(stackName: string, region: string): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ['AWS::AccountId', accountId],
    ['AWS::Region', region],
    ['AWS::Partition', 'aws'],
    ['AWS::URLSuffix', 'amazonaws.com'],
    ['AWS::StackName', stackName],
    ['AWS::StackId', `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`],
    ['AWS::NotificationARNs', []],
    ['AWS::NoValue', noValue],
  ]);
}

/** An API Gateway id: ten lower-case letters and digits, always the same for a logical id. */
export function shortId(logicalId: string): string {
  let hash = 0n;
  for (const character of logicalId) {
    hash = (hash * 131n + BigInt(character.codePointAt(0) ?? 0)) % 36n ** 10n;
  }
  return hash.toString(36).padStart(10, '0');
}

const nameProperties: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::ApiGateway::Stage': 'StageName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Logs::LogGroup': 'LogGroupName',
};

const idTypes: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::UsagePlan',
]);

const arns: Readonly<Record<string, (region: string, name: string) => string>> = {
  'AWS::Lambda::Function': (region, name) =>
    `arn:aws:lambda:${region}:${accountId}:function:${name}`,
  'AWS::DynamoDB::Table': (region, name) => `arn:aws:dynamodb:${region}:${accountId}:table/${name}`,
  'AWS::IAM::Role': (_, name) => `arn:aws:iam::${accountId}:role/${name}`,
  'AWS::Logs::LogGroup': (region, name) =>
    `arn:aws:logs:${region}:${accountId}:log-group:${name}:*`,
};

function known(
  resources: ReadonlyMap<string, TemplateResource>,
  logicalId: string,
): TemplateResource {
  const resource = resources.get(logicalId);
  if (resource === undefined) throw new Error(`There is no resource or parameter ${logicalId}`);
  return resource;
}
