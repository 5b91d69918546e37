/** A collector of the developer's own. */
export interface OtlpTarget {
  /** The base URL, without `/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Returns the collector of an option. Throws an error that names the option if the URL is not one.
 * `headers` are in the form of `OTEL_EXPORTER_OTLP_HEADERS`.
 */
export function readOtlpTarget(option: string, url: string, headers = ''): OtlpTarget {
  const { protocol, search, hash } = URL.parse(url) ?? {};
  if ((protocol !== 'http:' && protocol !== 'https:') || search !== '' || hash !== '') {
    const expected = 'must be the http or https URL of an OTLP collector, such as';
    throw new Error(`${option}: ${expected} http://127.0.0.1:4318, not ${JSON.stringify(url)}`);
  }
  if (/\/v1\/traces\/?$/u.test(url)) {
    throw new Error(`${option}: must be the URL of the collector itself, without /v1/traces`);
  }
  const entries = headers.split(',').flatMap((entry) => {
    const [name = '', ...value] = entry.split('=');
    return name.trim() === '' ? [] : [[name.trim(), decodeURIComponent(value.join('=').trim())]];
  });
  return { url: url.replace(/\/$/u, ''), headers: Object.fromEntries(entries) };
}

const timeoutMs = 10_000;

/** Returns a function that forwards an export request in the background, and logs if that fails. */
export function createForwarder(
  { url, headers }: OtlpTarget,
  log: (line: string) => void,
): (json: string) => void {
  let lastReason: string | undefined;
  const post = async (body: string): Promise<string | undefined> => {
    try {
      const { ok, status } = await fetch(`${url}/v1/traces`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      });
      return ok ? undefined : `it answered ${status}`;
    } catch (error) {
      return error instanceof Error ? reasonOf(error) : String(error);
    }
  };
  const forward = async (json: string): Promise<void> => {
    const reason = await post(json);
    // A collector that is down would fill the log.
    if (reason !== undefined && reason !== lastReason) {
      log(`! The traces were not accepted at ${url}: ${reason}`);
    }
    lastReason = reason;
  };
  return (json) => void forward(json);
}

/** The error of `fetch` only says that it failed. */
function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
