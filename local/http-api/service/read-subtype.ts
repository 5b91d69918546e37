import type { HttpIntegration } from '#local/http-api/http-api-definition.ts';
import { readResponseChanges } from '#local/http-api/parameters/read-changes.ts';
import { subtypes } from '#local/http-api/service/subtypes.ts';
import type { Properties } from '#local/template/properties.ts';

type ServiceIntegration = HttpIntegration & { readonly type: 'service' };

/** Throws if an integration of an HTTP API is no proxy. */
export function checkProxy(place: string, name: string, type: string): void {
  if (/^(?:AWS|HTTP)_PROXY$/u.test(type)) return;
  throw new Error(
    `${place}.${name}: Currently, an API with a protocol type of HTTP may only be associated with proxy integrations (AWS_PROXY, HTTP_PROXY)`,
  );
}

/** Reads an integration with a subtype. Throws for what API Gateway refuses. */
export function readSubtype(properties: Properties, timeoutMs: number): ServiceIntegration {
  const { key } = properties;
  const name = properties.text('IntegrationSubtype');
  const subtype = subtypes.get(name);
  if (subtype === undefined) {
    const known = [...subtypes.keys()].join(', ');
    throw new Error(`${key}.IntegrationSubtype: must be one of ${known}, not ${name}`);
  }
  const credentials = properties.optionalText('CredentialsArn') ?? '';
  if (!/^arn:aws[\w-]*:iam::/u.test(credentials))
    throw new Error(`${key}.CredentialsArn: must be the ARN of a role for ${name}`);
  properties.choice('PayloadFormatVersion', ['1.0'], '1.0');
  const parameters = properties.textMap('RequestParameters');
  const place = `${key}.RequestParameters`;
  for (const required of subtype.required) {
    if (parameters[required] === undefined)
      throw new Error(`${place}: ${name} requires the parameter ${required}`);
  }
  for (const given of Object.keys(parameters)) {
    if (![...subtype.required, ...subtype.optional].includes(given))
      throw new Error(`${place}: ${name} has no parameter ${given}`);
  }
  return {
    type: 'service',
    subtype,
    parameters,
    responses: readResponseChanges(properties),
    timeoutMs,
  };
}
