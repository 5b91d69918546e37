import { urlHandler, type UrlSettings } from '#local/function-url/server.ts';
import type { UrlDefinition } from '#local/function-url/read-urls.ts';
import type { Port } from '#local/host/ports.ts';
import { policyArn, qualifierIn } from '#local/lambda/definition/qualifier.ts';
import type { Policies } from '#local/lambda/api/policies.ts';
import { missingPublicActions } from '#local/lambda/api/statement.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';

/** A Function URL that answers on a port of its own. */
export interface HostedUrl {
  /** As it is now. */
  readonly definition: UrlDefinition;
  readonly host: FunctionHost;
  /** Its URL, with a slash at the end. */
  readonly address: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  /** Returns what the function's policy does not allow everybody, if the URL is public. */
  missingActions(): readonly string[];
}

/** The Function URLs of a system: those of its template, and those that calls have created. */
export interface FunctionUrls {
  /** Returns the URL of a function, or of one of its aliases. */
  find(host: FunctionHost, qualifier: string | undefined): HostedUrl | undefined;
  /** Returns the URLs of a function and of its aliases. */
  of(host: FunctionHost): readonly HostedUrl[];
  /** Lets a URL of the template answer on its port. */
  add(definition: UrlDefinition, host: FunctionHost, port: Port): HostedUrl;
  /**
   * Opens a port and lets a new URL answer on it. Returns undefined if the function or the alias has
   * a URL already.
   */
  create(definition: UrlDefinition, host: FunctionHost): Promise<HostedUrl | undefined>;
  /** Changes a URL from its next request on. */
  change(url: HostedUrl, definition: UrlDefinition): void;
  /** Closes the port of a URL. */
  remove(url: HostedUrl): Promise<void>;
}

export interface UrlsSettings extends Pick<UrlSettings, 'credentials' | 'region' | 'shaping'> {
  readonly policies: Policies;
  openPort(): Promise<Port>;
  /** Milliseconds since 1970. */
  now(): number;
}

interface StoredUrl extends HostedUrl {
  definition: UrlDefinition;
  readonly port: Port;
  modifiedAt: Date;
}

/** Returns Function URLs, of which there are none yet. */
export function createFunctionUrls(settings: UrlsSettings): FunctionUrls {
  const { openPort, now, policies, ...shared } = settings;
  const stored = new Map<HostedUrl, StoredUrl>();
  /** The targets of URLs whose port is being opened. */
  const opening = new Set<string>();
  const of = (host: FunctionHost): readonly HostedUrl[] =>
    [...stored.keys()].filter((url) => url.host === host);
  const add = (definition: UrlDefinition, host: FunctionHost, port: Port): HostedUrl => {
    const createdAt = new Date(now());
    const address = `${port.origin}/`;
    const times = { createdAt, modifiedAt: createdAt };
    const missingActions = (): readonly string[] => findMissing(url, policies);
    const own = { definition, host, port, address, missingActions, ...times };
    const url: StoredUrl & UrlSettings = { ...shared, ...own };
    stored.set(url, url);
    // Both read the definition at each request.
    port.connect(urlHandler(url), { allows: (origin) => allowsOrigin(url.definition, origin) });
    return url;
  };
  const find = (host: FunctionHost, qualifier: string | undefined): HostedUrl | undefined =>
    of(host).find(({ definition }) => qualifierIn(definition.target) === qualifier);
  return {
    of,
    add,
    find,
    async create(definition, host) {
      const { target } = definition;
      if (opening.has(target) || find(host, qualifierIn(target)) !== undefined) return undefined;
      opening.add(target);
      try {
        return add(definition, host, await openPort());
      } finally {
        opening.delete(target);
      }
    },
    change(url, definition) {
      const own = stored.get(url);
      if (own === undefined) return;
      own.definition = definition;
      own.modifiedAt = new Date(now());
    },
    async remove(url) {
      const own = stored.get(url);
      stored.delete(url);
      await own?.port.close();
    },
  };
}

/** Returns which permissions a public URL lacks. */
function findMissing({ definition, host }: HostedUrl, policies: Policies): readonly string[] {
  if (definition.authType !== 'NONE') return [];
  const arn = policyArn(host.definition, qualifierIn(definition.target));
  return missingPublicActions(policies.find(arn)?.statements ?? []);
}

function allowsOrigin({ cors }: UrlDefinition, origin: string): boolean {
  const { allowOrigins = [] } = cors ?? {};
  return allowOrigins.includes('*') || allowOrigins.includes(origin);
}
