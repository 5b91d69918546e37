import { authorizersOf, functionsIn, routesOf } from '#infra/rules/api-routes.ts';
import { alarmsOf, requiredAlarms } from '#infra/rules/deployed-alarms.ts';
import {
  mapOf,
  mustExist,
  referencesIn,
  resourcesOf,
  textOf,
  type DeployedTemplate,
} from '#infra/rules/deployed-template.ts';
import { routes, type RouteTarget } from '#protocol/http/routes.ts';

const table: Readonly<Record<string, RouteTarget>> = routes;

/** Routes stream as the route table says. A Function URL streams unless its function is buffered. */
export function streamsWhereItStreams(template: DeployedTemplate): readonly string[] {
  const deployed = routesOf(template);
  const buffered = new Set(
    deployed
      .filter(({ route }) => table[route]?.transfer === 'buffered')
      .map((one) => one.functionId),
  );
  const ofRoutes = deployed.flatMap(({ route, isStreamed, isHalfStreamed }) => {
    const target = table[route];
    if (target === undefined) return [`${route}: is not a route`];
    if (isHalfStreamed)
      return [`${route}: has the transfer mode or the invocation of a stream, not both`];
    const streams = target.transfer === 'streamed';
    return isStreamed === streams ? [] : [`${route}: must ${streams ? '' : 'not '}stream`];
  });
  const urls = resourcesOf(template, 'Lambda::Url').map(({ id, properties }) => {
    const [target = ''] = functionsIn(template, properties['TargetFunctionArn']);
    const streams = properties['InvokeMode'] === 'RESPONSE_STREAM';
    return { id, streams, mustStream: !buffered.has(target) };
  });
  const ofUrls = urls
    .filter(({ streams, mustStream }) => streams !== mustStream)
    .map(({ id, mustStream }) => `${id}: must ${mustStream ? '' : 'not '}stream`);
  return [
    ...ofRoutes,
    ...ofUrls,
    ...(urls.some(({ streams }) => streams) ? [] : ['no Function URL streams']),
    ...(deployed.some(({ route }) => route === 'POST /chat/stream')
      ? []
      : ['there is no POST /chat/stream']),
  ];
}

/** Every function runs on Node 24, for which it is built. */
export function runsNode24(template: DeployedTemplate): readonly string[] {
  const functions = resourcesOf(template, 'Lambda::Function');
  const others = functions
    .filter(({ properties }) => properties['Runtime'] !== 'nodejs24.x')
    .map(({ id, properties }) => `${id}: runs ${textOf(properties['Runtime'])}`);
  return [...mustExist('function', functions), ...others];
}

/** Tables, buckets and queues are encrypted, and what people have is kept after the stack. */
export function keepsStoresEncrypted(template: DeployedTemplate): readonly string[] {
  const tables = resourcesOf(template, 'DynamoDB::Table');
  const buckets = resourcesOf(template, 'S3::Bucket');
  const queues = resourcesOf(template, 'SQS::Queue');
  const plain = [
    ...tables.filter(
      ({ properties }) => mapOf(properties['SSESpecification'])['SSEEnabled'] !== true,
    ),
    ...buckets.filter(({ properties }) => properties['BucketEncryption'] === undefined),
    ...queues.filter(
      ({ properties }) =>
        properties['SqsManagedSseEnabled'] !== true && properties['KmsMasterKeyId'] === undefined,
    ),
  ];
  const kept = [...tables, ...buckets, ...resourcesOf(template, 'Cognito::UserPool')].filter(
    ({ id }) => id !== uploadedCode,
  );
  return [
    ...mustExist('table', tables),
    ...mustExist('bucket', buckets),
    ...plain.map(({ id }) => `${id}: is not encrypted`),
    ...kept
      .filter(({ deletionPolicy = 'Delete' }) => deletionPolicy === 'Delete')
      .map(({ id }) => `${id}: is deleted with the stack`),
  ];
}

/** The bucket in which the Serverless Framework keeps its archives. */
const uploadedCode = 'ServerlessDeploymentBucket';

/**
 * A function ends before its caller gives up, so that its own deadline can store what there is:
 * API Gateway after the time of the route, and a queue after its visibility timeout.
 */
export function endsBeforeItsCaller(template: DeployedTemplate): readonly string[] {
  const functions = resourcesOf(template, 'Lambda::Function');
  const timeouts = new Map(
    functions.map(({ id, properties }) => [id, Number(properties['Timeout'] ?? 3)]),
  );
  const queues = new Map(
    resourcesOf(template, 'SQS::Queue').map(({ id, properties }) => [
      id,
      Number(properties['VisibilityTimeout'] ?? 30),
    ]),
  );
  const callers = [
    ...routesOf(template).map(({ functionId, timeoutMs, route }) => ({
      functionId,
      seconds: timeoutMs / 1_000,
      caller: route,
    })),
    ...authorizersOf(template).map((functionId) => ({
      functionId,
      seconds: 29,
      caller: 'API Gateway',
    })),
    ...resourcesOf(template, 'Lambda::EventSourceMapping').flatMap(({ properties }) =>
      referencesIn(properties['EventSourceArn'])
        .filter((id) => queues.has(id))
        .flatMap((id) =>
          functionsIn(template, properties['FunctionName']).map((functionId) => ({
            functionId,
            seconds: queues.get(id) ?? 0,
            caller: id,
          })),
        ),
    ),
  ];
  return [
    ...mustExist('function', functions),
    ...callers
      .filter(({ functionId, seconds }) => !((timeouts.get(functionId) ?? Infinity) <= seconds))
      .map(({ functionId, seconds, caller }) => `${functionId}: ${caller} waits only ${seconds} s`),
  ];
}

/** Everything that an operator must learn of has an alarm, which stays quiet without values. */
export function raisesAlarms(template: DeployedTemplate): readonly string[] {
  const alarms = alarmsOf(template);
  const missing = requiredAlarms(template).filter(
    ({ metric, about }) =>
      !alarms.some(({ metrics }) =>
        metrics.some(
          (one) => one.name === metric && (about === undefined || one.about.includes(about)),
        ),
      ),
  );
  return [
    ...missing.map(({ metric, about }) => `${about ?? 'the stack'}: has no alarm about ${metric}`),
    ...alarms
      .filter(({ ignoresMissing }) => !ignoresMissing)
      .map(({ id }) => `${id}: is raised when nothing happens`),
  ];
}

/** The logs of every function expire. */
export function keepsLogsForAWhile(template: DeployedTemplate): readonly string[] {
  const functions = resourcesOf(template, 'Lambda::Function');
  const groups = resourcesOf(template, 'Logs::LogGroup').filter(
    ({ properties }) => properties['RetentionInDays'] !== undefined,
  );
  const ids = new Set(groups.map(({ id }) => id));
  const names = new Set(groups.map(({ properties }) => textOf(properties['LogGroupName'])));
  const endless = functions.filter(({ properties }) => {
    const [id = ''] = referencesIn(mapOf(properties['LoggingConfig'])['LogGroup']);
    return !ids.has(id) && !names.has(`/aws/lambda/${textOf(properties['FunctionName'])}`);
  });
  return [
    ...mustExist('function', functions),
    ...endless.map(({ id }) => `${id}: has no log group with a retention`),
  ];
}
