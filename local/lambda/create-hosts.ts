import { join } from 'node:path';
import type { Secrets } from '#local/host/data-directory.ts';
import { localEndpoints, type Endpoints } from '#local/host/remote-services.ts';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import { FunctionHost } from '#local/lambda/function-host.ts';
import { writeBootstraps } from '#local/lambda/environment/write-bootstrap.ts';
import type { LogStore } from '#local/logs/log-store.ts';

export interface HostsSettings {
  readonly options: {
    readonly data: string;
    readonly endpoints?: Endpoints;
    log(line: string): void;
  };
  readonly region: string;
  readonly secrets: Secrets;
  readonly services: { readonly url: string; readonly logs: LogStore };
}

/** Makes the functions ready to run; none of them has an environment yet. */
export async function createHosts(
  definitions: readonly FunctionDefinition[],
  { options, region, secrets, services }: HostsSettings,
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
      // What Lambda keeps in one line is easier to read in several.
      options.log(`${definition.key}  ${line.replaceAll('\r', '\n')}`);
    };
    return new FunctionHost({ definition, bootstraps, variables, log });
  });
}

/** Of this process's own environment a function sees only what no process can do without. */
function processVariables(): Record<string, string> {
  const names = process.platform === 'win32' ? ['SystemRoot', 'TEMP'] : [];
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}

/** `bedrock-runtime` becomes `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`, as every AWS SDK reads it. */
function endpointVariables(endpoints: Endpoints): Record<string, string> {
  const entries = Object.entries(endpoints).map(([service, url]) => {
    return [`AWS_ENDPOINT_URL_${service.toUpperCase().replaceAll('-', '_')}`, url] as const;
  });
  return Object.fromEntries(entries);
}
