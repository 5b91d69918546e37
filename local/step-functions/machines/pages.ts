import { AwsError } from '#local/wire/aws-error.ts';
import { integer, string } from '#local/wire/shape.ts';

/** The members of a request for one page of a list. */
export const pageShape = {
  maxResults: integer({ min: 0, max: 1000 }),
  nextToken: string({ min: 1, max: 1024 }),
};

export interface PageRequest {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken?: string;
}

/** How many items a page has if the request does not say, or says 0. */
const defaultSize = 100;

/** Returns the page of a list that a request asks for. Throws AWS's error for an unknown token. */
export function pageOf<Item>(
  all: readonly Item[],
  { maxResults = 0, nextToken }: PageRequest,
): Page<Item> {
  const start = nextToken === undefined ? 0 : readToken(nextToken);
  const end = start + (maxResults === 0 ? defaultSize : maxResults);
  const items = all.slice(start, end);
  return end < all.length ? { items, nextToken: writeToken(end) } : { items };
}

function writeToken(start: number): string {
  return Buffer.from(JSON.stringify({ start })).toString('base64url');
}

function readToken(token: string): number {
  const [, start] =
    /^\{"start":(\d+)\}$/u.exec(Buffer.from(token, 'base64url').toString('utf8')) ?? [];
  if (start === undefined) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  return Number(start);
}
