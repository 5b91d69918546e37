import { record, type Json } from '#local/template/json.ts';

/** Returns the processor of the Map state with a name, wherever it is in a definition. */
export function findProcessor(definition: Json, name: string): Json | undefined {
  for (const [stateName, value] of Object.entries(record(definition['States']))) {
    const state = record(value);
    const processor = state['ItemProcessor'] ?? state['Iterator'];
    if (stateName === name && processor !== undefined) return record(processor);
    const parts = [state['Branches'] ?? [], processor ?? []].flat();
    for (const part of parts) {
      const found = findProcessor(record(part), name);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
