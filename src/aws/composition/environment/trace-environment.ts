/** Where and how a function exports the traces of its turns. */
export interface TraceEnvironment {
  /** The URL that export requests are posted to. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The share of traces that are exported, from 0 to 1. */
  readonly ratio: number;
  /** What the function is, in OpenTelemetry's names. */
  readonly resource: Readonly<Record<string, string | undefined>>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables that OpenTelemetry defines for its exporters. Returns undefined without an
 * endpoint: then turns are not traced. Throws an error that names the variable at fault, but not
 * its value, which may be a secret.
 */
export function readTraceEnvironment(variables: Variables): TraceEnvironment | undefined {
  const endpoint = variables['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '';
  if (endpoint === '') return undefined;
  return {
    url: toTracesUrl(endpoint),
    headers: readHeaders(variables['OTEL_EXPORTER_OTLP_HEADERS'] ?? ''),
    ratio: readRatio(variables['OTEL_TRACES_SAMPLER_ARG'] ?? ''),
    resource: {
      'service.name': variables['OTEL_SERVICE_NAME'] ?? 'streambed',
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_lambda',
      'cloud.region': variables['AWS_REGION'],
      'faas.name': variables['AWS_LAMBDA_FUNCTION_NAME'],
    },
  };
}

function toTracesUrl(endpoint: string): URL {
  const url = URL.parse(endpoint);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new Error('OTEL_EXPORTER_OTLP_ENDPOINT: must be an http or https URL');
  }
  url.pathname = `${url.pathname.replace(/\/$/u, '')}/v1/traces`;
  return url;
}

/** Names and values are `name=value`, separated by commas and percent-encoded. */
function readHeaders(text: string): Readonly<Record<string, string>> {
  const entries = text.split(',').filter((entry) => entry.trim() !== '');
  const headers = entries.map((entry) => {
    const [, name, value] = /^\s*([!#$%&'*+.^`|~\w-]+)\s*=(.*)$/u.exec(entry) ?? [];
    const decoded = value === undefined ? undefined : decode(value.trim());
    if (name === undefined || decoded === undefined) {
      throw new Error('OTEL_EXPORTER_OTLP_HEADERS: must be name=value,name=value');
    }
    return [name.toLowerCase(), decoded] as const;
  });
  return Object.fromEntries(headers);
}

/** Returns undefined for what cannot be the value of a header. */
function decode(value: string): string | undefined {
  try {
    const decoded = decodeURIComponent(value);
    return /^[\t\x20-\x7e]*$/u.test(decoded) ? decoded : undefined;
  } catch {
    return undefined;
  }
}

function readRatio(text: string): number {
  const ratio = text === '' ? 1 : Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  throw new Error('OTEL_TRACES_SAMPLER_ARG: must be a number from 0 to 1');
}
