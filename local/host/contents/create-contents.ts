import { createRemoteTable } from '#local/dynamodb/create-remote-table.ts';
import { declareRules } from '#local/events/bus/read-rules.ts';
import { declaredValues } from '#local/host/contents/lookups.ts';
import { localEndpoints } from '#local/host/remote-services.ts';
import { declareSecret, removeUndeclaredSecrets } from '#local/secrets-manager/read-secrets.ts';
import { declareParameter, removeUndeclared } from '#local/ssm/read-parameters.ts';
import { declareTopics } from '#local/sns/read-topics.ts';
import { publishAssets } from '#local/s3/assets.ts';
import { locationIn } from '#local/s3/bucket/location.ts';
import type { Resolved } from '#local/host/resolve.ts';
import type { Services } from '#local/host/services.ts';

/** Creates what the templates declare within the services: tables, buckets, queues, topics and values. */
export async function createContents(resolved: Resolved, services: Services): Promise<void> {
  const { region, clock, definitions, stacks, notices } = resolved;
  const { s3, sqs } = services;
  await createTables(resolved, services);
  const location = locationIn(region);
  for (const { name } of definitions.buckets) {
    s3.store.makeBucket({ name, createdAt: Math.floor(clock.now()), location });
  }
  const variables = definitions.functions.flatMap(({ environment }) => Object.values(environment));
  await publishAssets(variables, { stacks, store: s3.store, now: clock.now });
  for (const { name, attributes } of definitions.queues) sqs.queues.put(name, attributes);
  storeDeclaredValues(resolved, services);
  declareTopics(services.sns.topics, definitions.topics);
  declareRules(services.eventBridge.buses, definitions, notices.warn);
}

/** Stores the parameters and secrets that options give and templates declare. */
function storeDeclaredValues(resolved: Resolved, { ssm, secretsManager }: Services): void {
  const { clock, definitions } = resolved;
  const { parameters, secrets } = declaredValues(resolved, definitions);
  const nowMs = Math.floor(clock.now());
  removeUndeclared(ssm.parameters, parameters);
  for (const parameter of parameters) declareParameter(ssm.parameters, parameter, nowMs);
  removeUndeclaredSecrets(secretsManager.secrets, secrets);
  for (const secret of secrets) declareSecret(secretsManager.secrets, secret, nowMs);
}

/**
 * Creates the tables here, or with another DynamoDB on this machine. Nothing is created in an AWS
 * account: its tables may belong to someone.
 */
async function createTables(
  { endpoints, definitions, notices }: Resolved,
  { tables: localTables, caller }: Services,
): Promise<void> {
  const { tables, eventSources } = definitions;
  const { dynamodb: endpoint } = endpoints;
  if (endpoint !== undefined) {
    for (const { type, key, functionName } of eventSources) {
      if (type === 'stream') {
        notices.warn(
          `${key}: streams of ${endpoint} are not read, so ${functionName} is not invoked here`,
        );
      }
    }
  }
  if (endpoint === undefined) {
    for (const table of tables) await localTables.create(table);
  } else if (localEndpoints(endpoints)['dynamodb'] === undefined) {
    notices.warn(`Tables are not created at ${endpoint}: they must already exist there`);
  } else {
    for (const table of tables) await createRemoteTable(table, caller);
  }
}
