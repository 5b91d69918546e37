import type { CorsRule } from '#local/s3/bucket/cors-rules.ts';
import { AwsError } from '#local/wire/aws-error.ts';
import type { AwsRequest } from '#local/wire/aws-exchange.ts';
import { matchesWildcard, starPattern } from '#local/wire/wildcard.ts';

/** Returns the CORS headers of a response: those of the first rule that allows the request. */
export function corsHeaders(
  rules: readonly CorsRule[],
  { method, headers }: Pick<AwsRequest, 'method' | 'headers'>,
): Readonly<Record<string, string>> {
  const origin = headers['origin']?.toString();
  if (origin === undefined) return {};
  const rule = rules.find((each) => allows(each, origin, method));
  return rule === undefined ? {} : headersOf(rule, origin);
}

/**
 * Returns the headers of the response to a preflight request. Throws S3's error if no rule allows
 * the origin, the method and every header.
 */
export function preflightHeaders(
  rules: readonly CorsRule[],
  { headers, url }: Pick<AwsRequest, 'headers' | 'url'>,
): Readonly<Record<string, string>> {
  const origin = headers['origin']?.toString();
  const method = headers['access-control-request-method']?.toString();
  if (origin === undefined) {
    throw badRequest('Insufficient information. Origin request header needed.');
  }
  if (method === undefined) throw badRequest('Invalid Access-Control-Request-Method: null');
  const names = (headers['access-control-request-headers']?.toString() ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const rule = rules.find(
    (each) => allows(each, origin, method) && names.every((name) => allowsHeader(each, name)),
  );
  if (rule === undefined) throw forbidden(rules, method, url);
  return {
    ...headersOf(rule, origin),
    ...(names.length === 0 ? {} : { 'access-control-allow-headers': names.join(', ') }),
    ...(rule.maxAge === undefined ? {} : { 'access-control-max-age': rule.maxAge }),
  };
}

function headersOf(rule: CorsRule, origin: string): Readonly<Record<string, string>> {
  const { allowedMethods, exposeHeaders } = rule;
  const isAny = originPattern(rule, origin) === '*';
  return {
    'access-control-allow-origin': isAny ? '*' : origin,
    'access-control-allow-methods': allowedMethods.join(', '),
    ...(exposeHeaders.length === 0
      ? {}
      : { 'access-control-expose-headers': exposeHeaders.join(', ') }),
    ...(isAny ? {} : { 'access-control-allow-credentials': 'true' }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

function allows(rule: CorsRule, origin: string, method: string): boolean {
  return rule.allowedMethods.includes(method) && originPattern(rule, origin) !== undefined;
}

function originPattern({ allowedOrigins }: CorsRule, origin: string): string | undefined {
  return allowedOrigins.find((pattern) => matchesWildcard(starPattern(pattern), origin));
}

function allowsHeader({ allowedHeaders }: CorsRule, name: string): boolean {
  return allowedHeaders.some((pattern) =>
    matchesWildcard(starPattern(pattern.toLowerCase()), name),
  );
}

function badRequest(message: string): AwsError {
  return new AwsError('BadRequest', message);
}

function forbidden(rules: readonly CorsRule[], Method: string, url: string): AwsError {
  const reason =
    rules.length === 0
      ? 'CORS is not enabled for this bucket.'
      : "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
  const ResourceType = /^\/[^/?]+\/[^?]/u.test(url) ? 'OBJECT' : 'BUCKET';
  return new AwsError('AccessForbidden', `CORSResponse: ${reason}`, {
    status: 403,
    members: { Method, ResourceType },
  });
}
