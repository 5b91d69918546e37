import type { Properties } from '#local/template/properties.ts';
import { malformedXml, readElements } from '#local/s3/read-xml.ts';
import { AwsError } from '#local/wire/aws-error.ts';
import { asText } from '#local/wire/shape.ts';

/** A rule of a bucket's CORS configuration. */
export interface CorsRule {
  readonly id: string | undefined;
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAge: string | undefined;
}

/** Reads a rule of an AWS::S3::Bucket. */
export function readTemplateRule(rule: Properties): CorsRule {
  return {
    id: rule.optionalText('Id'),
    allowedOrigins: rule.texts('AllowedOrigins'),
    allowedMethods: rule.texts('AllowedMethods'),
    allowedHeaders: rule.texts('AllowedHeaders'),
    exposeHeaders: rule.texts('ExposedHeaders'),
    maxAge: rule.optionalNumber('MaxAge')?.toString(),
  };
}

/** Reads the body of PutBucketCors. Throws S3's error for what it does not allow. */
export function parseCorsRules(body: Buffer): readonly CorsRule[] {
  const elements = readElements(body, 'CORSConfiguration', 'CORSRule');
  if (elements.length === 0) throw malformedXml();
  if (elements.length > 100) {
    throw invalidRequest('The number of CORS rules should not exceed allowed limit of 100 rules.');
  }
  return elements.map((element) => {
    const texts = (name: string): readonly string[] =>
      [element[name]].flat().flatMap((text) => asText(text) ?? []);
    const rule = {
      id: texts('ID')[0],
      allowedOrigins: texts('AllowedOrigin'),
      allowedMethods: texts('AllowedMethod'),
      allowedHeaders: texts('AllowedHeader'),
      exposeHeaders: texts('ExposeHeader'),
      maxAge: texts('MaxAgeSeconds')[0],
    };
    check(rule);
    return rule;
  });
}

const methods: ReadonlySet<string> = new Set(['GET', 'PUT', 'HEAD', 'POST', 'DELETE']);

function check(rule: CorsRule): void {
  const { allowedOrigins, allowedMethods, allowedHeaders, exposeHeaders, maxAge } = rule;
  if (allowedOrigins.length === 0 || allowedMethods.length === 0) throw malformedXml();
  if (maxAge !== undefined && !/^-?\d+$/u.test(maxAge)) throw malformedXml();
  const unsupported = allowedMethods.find((method) => !methods.has(method));
  if (unsupported !== undefined) {
    const message = `Found unsupported HTTP method in CORS config. Unsupported method is ${unsupported}`;
    throw invalidRequest(message);
  }
  checkWildcards('AllowedOrigin', allowedOrigins);
  checkWildcards('AllowedHeader', allowedHeaders);
  const exposed = exposeHeaders.find((header) => header.includes('*'));
  if (exposed === undefined) return;
  const message = `ExposeHeader "${exposed}" contains wildcard. We currently do not support wildcard for ExposeHeader.`;
  throw invalidRequest(message);
}

function checkWildcards(name: string, values: readonly string[]): void {
  const value = values.find((each) => each.split('*').length > 2);
  if (value === undefined) return;
  throw invalidRequest(`${name} "${value}" can not have more than one wildcard.`);
}

function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequest', message);
}

/** Returns rules in the form of GetBucketCors. */
export function renderCorsRules(rules: readonly CorsRule[]): object {
  return {
    CORSRule: rules.map((rule) => ({
      ID: rule.id,
      AllowedOrigin: rule.allowedOrigins,
      AllowedMethod: rule.allowedMethods,
      AllowedHeader: rule.allowedHeaders,
      ExposeHeader: rule.exposeHeaders,
      MaxAgeSeconds: rule.maxAge,
    })),
  };
}
