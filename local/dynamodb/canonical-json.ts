import { isRecord } from '#local/wire/shape.ts';

/** The types of sets, whose members have no order. */
const setTypes: ReadonlySet<string> = new Set(['SS', 'NS', 'BS']);

/** Returns JSON that is the same for values that are the same to DynamoDB. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (name, member: unknown) => {
    if (Array.isArray(member)) return setTypes.has(name) ? sortTexts(member) : member;
    if (!isRecord(member)) return member;
    return Object.fromEntries(
      Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    );
  });
}

function sortTexts(texts: readonly unknown[]): readonly unknown[] {
  return texts.toSorted((one, other) => (String(one) < String(other) ? -1 : 1));
}
