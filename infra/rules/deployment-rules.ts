import {
  allowsNoWildcards,
  routesNeedCredentials,
  urlsHaveBothPermissions,
} from '#infra/rules/access-rules.ts';
import type { DeployedTemplate } from '#infra/rules/deployed-template.ts';
import {
  endsBeforeItsCaller,
  keepsLogsForAWhile,
  keepsStoresEncrypted,
  raisesAlarms,
  runsNode24,
  streamsWhereItStreams,
} from '#infra/rules/operation-rules.ts';

/** Returns the faults of a template. A template without anything to check is at fault. */
export type Rule = (template: DeployedTemplate) => readonly string[];

/** What a deployment of Streambed must be, whichever tool deploys it. */
export const deploymentRules = {
  streamsWhereItStreams,
  urlsHaveBothPermissions,
  routesNeedCredentials,
  runsNode24,
  allowsNoWildcards,
  keepsStoresEncrypted,
  endsBeforeItsCaller,
  raisesAlarms,
  keepsLogsForAWhile,
} as const satisfies Readonly<Record<string, Rule>>;
