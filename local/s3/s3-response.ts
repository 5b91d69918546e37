import { toXml } from '#local/wire/aws-query.ts';

/** A response of S3. */
export interface S3Response {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Returns a response with an XML body. */
export function xmlResponse(root: string, tree: unknown, status = 200): S3Response {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${toXml(tree)}</${root}>`;
  return { status, body, headers: { 'content-type': 'application/xml' } };
}

/** Returns the XML body of an error. S3's errors have no namespace. */
export function errorBody(tree: unknown): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${toXml(tree)}</Error>`;
}

/** Formats a time for a header: `Sat, 21 Nov 2026 10:00:00 GMT`. */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}
