import { allModels, hasEnded } from '#local/bedrock/model/catalogue.ts';

/** No known id is longer. Comparing takes time in proportion to the length. */
const comparedLength = 128;

/** Returns the id of a model in use, or of an inference profile, that is spelled most like `id`. */
export function nearestId(id: string): string {
  const known = allModels.filter((model) => !hasEnded(model));
  const bare = known.filter(({ onDemand }) => onDemand).map((model) => model.id);
  const ids = bare.concat(
    known.flatMap((model) => model.profiles.map((prefix) => `${prefix}.${model.id}`)),
  );
  let nearest = { id: '', distance: Infinity };
  for (const candidate of ids) {
    const distance = editDistance(id.slice(0, comparedLength), candidate);
    if (distance < nearest.distance) nearest = { id: candidate, distance };
  }
  return nearest.id;
}

/** How many characters have to be added, removed or replaced to turn one text into the other. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const replaced = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
