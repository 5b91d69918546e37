import type { RequestListener } from 'node:http';
import { handleInBackground } from '#local/process/handle-request.ts';
import { createTokenBucket, type TokenBucket } from '#local/process/token-bucket.ts';
import type {
  EndpointDefinition,
  RevisionDefinition,
} from '#local/web-functions/definition/web-function-definition.ts';
import type { WebEnvironment } from '#local/web-functions/environment/web-environment.ts';
import type { WebPool } from '#local/web-functions/environment/web-pool.ts';
import { authorize, type AuthorizationSettings } from '#local/web-functions/endpoint/authorize.ts';
import { checkRequest, type EndpointHosts } from '#local/web-functions/endpoint/check-request.ts';
import { createChooser } from '#local/web-functions/endpoint/choose-revision.ts';
import { forward, type Exchange } from '#local/web-functions/endpoint/forward.ts';
import { sendRefusal, type Refusal } from '#local/web-functions/endpoint/refusal.ts';
import { newRequestId } from '#local/web-functions/endpoint/request-id.ts';

/** A revision with the environments that run it for one endpoint. */
export interface HostedRevision {
  readonly definition: RevisionDefinition;
  readonly pool: WebPool<WebEnvironment>;
}

export interface WebEndpointSettings extends AuthorizationSettings {
  readonly definition: EndpointDefinition;
  readonly revisions: readonly HostedRevision[];
  /** An address of this machine other than loopback, if it listens there. */
  readonly ownHost: string | undefined;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Creates the handler of requests to an endpoint of a web function. */
export function createWebEndpoint(settings: WebEndpointSettings): RequestListener {
  const { definition, ownHost, now } = settings;
  const { domainName, weights, key } = definition;
  const parts: EndpointParts = {
    settings,
    hosts: { domainName, ownHost },
    rate: openRate(definition, now()),
    chooseRevision: createChooser(weights),
  };
  return (request, response) => {
    const requestId = newRequestId();
    handleInBackground(
      response,
      () => handle(parts, { request, response, requestId }),
      (error) => {
        console.error(`${key}  ! ${String(error)}`);
        sendRefusal(response, { status: 500, message: 'Internal Server Error' }, { requestId });
      },
    );
  };
}

interface EndpointParts {
  readonly settings: WebEndpointSettings;
  readonly hosts: EndpointHosts;
  /** Limits the requests of a second, if the endpoint has a limit. */
  readonly rate: TokenBucket | undefined;
  chooseRevision(): string;
}

function openRate({ rateLimit }: EndpointDefinition, startMs: number): TokenBucket | undefined {
  if (rateLimit === undefined) return undefined;
  return createTokenBucket({ rate: rateLimit, burst: rateLimit }, startMs);
}

type Call = Pick<Exchange, 'request' | 'response' | 'requestId'>;

async function handle(parts: EndpointParts, call: Call): Promise<void> {
  const { settings, hosts, rate } = parts;
  const { request, response, requestId } = call;
  const refuse = (refusal: Refusal): void => sendRefusal(response, refusal, { requestId });
  const problem = checkRequest(request, hosts);
  if (problem !== undefined) return refuse(problem);
  if (rate?.take(settings.now()) === false) return refuse(throttled);
  const authorization = authorize(request, settings);
  if (authorization.type === 'refused') return refuse(authorization.refusal);
  const signedHash = authorization.type === 'signed' ? authorization.payloadHash : undefined;
  await answer(parts, { ...call, signedHash });
}

const throttled: Refusal = { status: 429, message: 'Too Many Requests' };

/** An environment that cannot start is the application's fault, and the log says why. */
const notStarted: Refusal = {
  status: 500,
  message: 'Internal Server Error',
  errorType: 'Application.InitCodeError',
};

async function answer(
  { settings, chooseRevision }: EndpointParts,
  call: Call & Pick<Exchange, 'signedHash'>,
): Promise<void> {
  const { response, requestId } = call;
  const id = chooseRevision();
  const revision = settings.revisions.find((each) => each.definition.id === id);
  if (revision === undefined) throw new Error(`There is no revision ${id}`);
  const admission = await revision.pool.admit();
  if (admission.type === 'throttled') return sendRefusal(response, throttled, { requestId });
  const { environment } = admission;
  if (admission.type === 'failed') {
    return sendRefusal(response, notStarted, { requestId, stream: environment.stream });
  }
  const { log } = environment;
  const identity = { requestId, endpointName: settings.definition.name };
  const startedAt = performance.now();
  try {
    log.invokeStart(identity);
    const { timeoutMs } = revision.definition;
    const outcome = await forward({ ...call, ...identity, timeoutMs }, environment);
    log.invokeSummary(identity, outcome, performance.now() - startedAt);
  } finally {
    admission.release();
  }
}
