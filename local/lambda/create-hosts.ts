import { join } from 'node:path';
import type { Secrets } from '#local/host/data/data-directory.ts';
import { localEndpoints, type Endpoints } from '#local/host/remote-services.ts';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import {
  nodeFlags,
  withDebugTimeout,
  type DebugOptions,
} from '#local/lambda/environment/debug-options.ts';
import { FunctionHost } from '#local/lambda/function-host.ts';
import { writeBootstraps } from '#local/lambda/environment/write-bootstrap.ts';
import type { LogStore } from '#local/logs/log-store.ts';

export interface FunctionHostsSettings {
  readonly options: {
    readonly data: string;
    readonly endpoints?: Endpoints;
    readonly debug: DebugOptions;
    log(line: string): void;
  };
  readonly region: string;
  readonly secrets: Secrets;
  readonly services: { readonly url: string; readonly logs: LogStore };
}

/** Creates a host for each function. No host has an environment before its first invocation. */
export async function createHosts(
  definitions: readonly FunctionDefinition[],
  { options, region, secrets, services }: FunctionHostsSettings,
): Promise<readonly FunctionHost[]> {
  const bootstraps = await writeBootstraps(join(options.data, 'runtime'));
  const variables = {
    ...processVariables(),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: secrets.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secrets.credentials.secretAccessKey,
    AWS_ENDPOINT_URL: services.url,
    ...endpointVariables(localEndpoints(options.endpoints ?? {})),
  };
  return definitions.map((definition) => {
    const { group } = definition.logging;
    services.logs.put(group);
    const log = (line: string, stream: string): void => {
      services.logs.append(group, stream, line);
      // Lambda joins the lines of one message with carriage returns. On a terminal, they are split.
      options.log(`${definition.key}  ${line.replaceAll('\r', '\n')}`);
    };
    const flags = nodeFlags(options.debug, definition.key);
    return new FunctionHost({
      definition: withDebugTimeout(definition, options.debug),
      bootstraps,
      variables,
      flags,
      log,
    });
  });
}

/**
 * The variables of this process that every process on the platform needs; no others are passed on.
 */
function processVariables(): Record<string, string> {
  const names = process.platform === 'win32' ? ['SystemRoot', 'TEMP'] : [];
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}

/**
 * Service endpoints as AWS SDKs read them: `bedrock-runtime` in `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`.
 */
function endpointVariables(endpoints: Endpoints): Record<string, string> {
  const entries = Object.entries(endpoints).map(([service, url]) => {
    return [`AWS_ENDPOINT_URL_${service.toUpperCase().replaceAll('-', '_')}`, url] as const;
  });
  return Object.fromEntries(entries);
}
