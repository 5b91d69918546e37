import { authorizersOf, functionsIn, routesOf } from '#infra/rules/api-routes.ts';
import {
  listOf,
  mustExist,
  resourcesOf,
  textOf,
  type DeployedTemplate,
  type Properties,
} from '#infra/rules/deployed-template.ts';
import { statementsOf, type AllowedStatement } from '#infra/rules/deployed-statements.ts';
import { routes, type RouteTarget } from '#protocol/http/routes.ts';

const table: Readonly<Record<string, RouteTarget>> = routes;

/**
 * Whoever may call a Function URL may also invoke its function through it: AWS asks for both. An
 * open URL has the two permissions for everybody, and no caller may invoke a function without its
 * URL.
 */
export function urlsHaveBothPermissions(template: DeployedTemplate): readonly string[] {
  const urls = resourcesOf(template, 'Lambda::Url');
  const open = urls.filter(({ properties }) => properties['AuthType'] !== 'AWS_IAM');
  const permissions = resourcesOf(template, 'Lambda::Permission').filter(
    ({ properties }) => properties['Principal'] === '*',
  );
  const ofOpenUrls = open.flatMap(({ id, properties }) => {
    const [target] = functionsIn(template, properties['TargetFunctionArn']);
    const own = permissions.filter(
      (permission) => functionsIn(template, permission.properties['FunctionName'])[0] === target,
    );
    return publicPermissions
      .filter(({ isGiven }) => !own.some((permission) => isGiven(permission.properties)))
      .map(({ action }) => `${id}: no caller has the permission ${action}`);
  });
  const unbounded = permissions
    .filter(({ properties }) => !publicPermissions.some(({ isGiven }) => isGiven(properties)))
    .map(({ id }) => `${id}: lets everybody invoke a function`);
  const ofSigners = statementsOf(template)
    .filter(allowsUrl)
    .filter((statement) => !statementsOf(template).some((other) => completes(statement, other)))
    .map(
      ({ policy }) => `${policy}: allows lambda:InvokeFunctionUrl without lambda:InvokeFunction`,
    );
  return [...mustExist('Function URL', urls), ...ofOpenUrls, ...unbounded, ...ofSigners];
}

/** The permissions that everybody has at an open URL. */
const publicPermissions = [
  {
    action: 'lambda:InvokeFunctionUrl',
    isGiven: ({ Action, FunctionUrlAuthType }: Properties): boolean =>
      Action === 'lambda:InvokeFunctionUrl' && FunctionUrlAuthType === 'NONE',
  },
  {
    action: 'lambda:InvokeFunction, through the URL',
    isGiven: ({ Action, InvokedViaFunctionUrl }: Properties): boolean =>
      Action === 'lambda:InvokeFunction' && InvokedViaFunctionUrl === true,
  },
] as const;

function allowsUrl({ actions }: AllowedStatement): boolean {
  return actions.includes('lambda:InvokeFunctionUrl');
}

function completes(url: AllowedStatement, other: AllowedStatement): boolean {
  return (
    other.policy === url.policy &&
    other.actions.includes('lambda:InvokeFunction') &&
    textOf(other.condition).includes('lambda:InvokedViaFunctionUrl') &&
    textOf(other.resources) === textOf(url.resources)
  );
}

/** Only the routes that the table calls public answer without the authorizer and without a key. */
export function routesNeedCredentials(template: DeployedTemplate): readonly string[] {
  const deployed = routesOf(template);
  const open = deployed
    .filter(({ route }) => table[route]?.isPublic !== true)
    .filter(({ hasAuthorizer, needsKey }) => !hasAuthorizer || !needsKey)
    .map(({ route }) => `${route}: must need an authorizer and a key`);
  return [
    ...mustExist('route', deployed),
    ...mustExist('authorizer', authorizersOf(template)),
    ...open,
  ];
}

/** No statement allows all actions of a kind, or something on all resources. */
export function allowsNoWildcards(template: DeployedTemplate): readonly string[] {
  const statements = statementsOf(template);
  const wide = statements.flatMap(({ policy, actions, resources }) => [
    ...actions
      .filter((action) => action.includes('*'))
      .map((action) => `${policy}: allows ${action}`),
    ...(resources.includes('*') ? [`${policy}: allows ${actions.join(', ')} on everything`] : []),
  ]);
  const managed = resourcesOf(template, 'IAM::Role').flatMap(({ id, properties }) =>
    listOf(properties['ManagedPolicyArns'])
      .map(textOf)
      .filter((arn) => arn.includes('iam::aws:policy') && !logsPolicy.test(arn))
      .map((arn) => `${id}: has ${arn}`),
  );
  return [...mustExist('statement', statements), ...wide, ...managed];
}

/** AWS's own policy for logs is the only managed one, because SAM gives it to every role. */
const logsPolicy = /:iam::aws:policy\/service-role\/AWSLambdaBasicExecutionRole$/u;
