/** What an application sets in the variables of the Lambda Web Adapter (its guide, "Environment Variables"). */
export interface AdapterOptions {
  /** The port that the application is said to listen on. */
  readonly port: number;
  readonly readiness: Readiness;
  /** Whether the init phase may end before the application is ready. */
  readonly isAsyncInit: boolean;
  /** Removed from the beginning of a path. Empty if there is none. */
  readonly basePath: string;
  readonly isCompressed: boolean;
  readonly isStreamed: boolean;
  /** Where events that are no HTTP requests are posted. */
  readonly eventsPath: string;
  /** The header whose value becomes that of `Authorization`. */
  readonly authorizationSource: string | undefined;
  /** Whether a status of the application is an error of the invocation. */
  isError(status: number): boolean;
}

export interface Readiness {
  /** Absent if it is the port of the application. */
  readonly port: number | undefined;
  readonly path: string;
  readonly protocol: 'http' | 'tcp';
  isHealthy(status: number): boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the options. Names without `AWS_LWA_` are those of earlier versions. */
export function readOptions(variables: Variables): AdapterOptions {
  const read = (name: string): string | undefined =>
    variables[`AWS_LWA_${name}`] ?? variables[name];
  const only = (name: string): string | undefined => variables[`AWS_LWA_${name}`];
  const checkPort = read('READINESS_CHECK_PORT');
  const port = Number(read('PORT') ?? 8080);
  const unhealthy = Number(only('READINESS_CHECK_MIN_UNHEALTHY_STATUS') ?? 500);
  const healthy = only('READINESS_CHECK_HEALTHY_STATUS') ?? `100-${unhealthy - 1}`;
  return {
    port,
    readiness: {
      port: checkPort === undefined || Number(checkPort) === port ? undefined : Number(checkPort),
      path: read('READINESS_CHECK_PATH') ?? '/',
      protocol: read('READINESS_CHECK_PROTOCOL')?.toLowerCase() === 'tcp' ? 'tcp' : 'http',
      isHealthy: statusRanges(healthy),
    },
    isAsyncInit: read('ASYNC_INIT') === 'true',
    basePath: (read('REMOVE_BASE_PATH') ?? '').replace(/\/$/u, ''),
    isCompressed: only('ENABLE_COMPRESSION') === 'true',
    isStreamed: only('INVOKE_MODE')?.toLowerCase() === 'response_stream',
    eventsPath: only('PASS_THROUGH_PATH') ?? '/events',
    authorizationSource: only('AUTHORIZATION_SOURCE')?.toLowerCase(),
    isError: statusRanges(only('ERROR_STATUS_CODES') ?? ''),
  };
}

/** Returns whether a status is in a list such as `500,502-504`. */
function statusRanges(text: string): (status: number) => boolean {
  const ranges = text.split(',').map((part) => part.split('-').map(Number));
  return (status) =>
    ranges.some(([first = Number.NaN, last = first]) => status >= first && status <= last);
}
