import { toXml } from '#local/wire/aws-query.ts';

/** An answer of S3's. */
export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** An answer in XML. */
export function xmlAnswer(root: string, tree: unknown, status = 200): S3Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${toXml(tree)}</${root}>`;
  return { status, body, headers: { 'content-type': 'application/xml' } };
}

/** S3's errors have no namespace. */
export function errorBody(tree: unknown): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${toXml(tree)}</Error>`;
}

/** `Sat, 21 Nov 2026 10:00:00 GMT` */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}
