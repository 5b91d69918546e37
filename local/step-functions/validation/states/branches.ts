import {
  member,
  report,
  type Check,
  type MachineType,
} from '#local/step-functions/validation/place.ts';
import { fields, object } from '#local/step-functions/validation/schema.ts';
import { anything, oneOf, plainText } from '#local/step-functions/validation/values.ts';
import { record, type Json } from '#local/template/json.ts';

const machineFields = fields({ Comment: anything, StartAt: plainText, States: anything });
const required = ['States', 'StartAt'];
const checkBranch = object({ required, fields: machineFields });

/** A branch of a Parallel state. */
export const branch: Check = (value, place) => {
  checkBranch(value, place);
  place.machine.checkStates(record(value), place);
};

const processorConfig: Check = (value, place) => {
  const { Mode: mode = 'INLINE' } = record(value);
  const isDistributed = mode === 'DISTRIBUTED';
  const ExecutionType = oneOf('STANDARD', 'EXPRESS');
  object({
    required: isDistributed ? ['ExecutionType'] : [],
    fields: fields({
      Mode: oneOf('INLINE', 'DISTRIBUTED'),
      ...(isDistributed ? { ExecutionType } : {}),
    }),
  })(value, place);
  if (!isDistributed || place.type !== 'EXPRESS') return;
  const message =
    "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines";
  report(member(place, 'Mode'), message);
};

const checkProcessor = object({
  required,
  fields: { ...machineFields, ...fields({ ProcessorConfig: processorConfig }) },
});

/** What a Map state runs for each item. */
export const itemProcessor: Check = (value, place) => {
  checkProcessor(value, place);
  const processor = record(value);
  place.machine.checkStates(processor, { ...place, type: childType(processor, place.type) });
};

/** Items of a distributed Map run in executions of their own. */
function childType({ ProcessorConfig: config }: Json, type: MachineType): MachineType {
  const { Mode: mode, ExecutionType: executionType } = record(config);
  if (mode !== 'DISTRIBUTED') return type;
  return executionType === 'EXPRESS' ? 'EXPRESS' : 'STANDARD';
}
