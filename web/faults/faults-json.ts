import * as v from 'valibot';
import { modelFaults } from './fault-names.ts';

/** The answer of `/api/local/faults`: the fault that the reader has armed, if any. */
export const faultsJson = v.object({
  armed: v.nullable(
    v.object({
      fault: v.picklist(modelFaults),
      /** Whether it applies to every answer, not only to the next one. */
      repeats: v.boolean(),
      /** What a request must carry for the fault to apply to it. */
      mark: v.string(),
      /** To how many calls of models it has been applied. */
      uses: v.number(),
    }),
  ),
});

export type FaultsJson = v.InferOutput<typeof faultsJson>;
