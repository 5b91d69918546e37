import type { Operation } from '#local/wire/aws-json.ts';
import { toTree, type QueryOperation } from '#local/wire/aws-query.ts';
import { renderOutput, type OutputForm } from '#local/wire/rpc/render-output.ts';

/** The query protocol writes the items of a list as `member`, and those of a map as `entry`. */
const queryForm: OutputForm = {
  date: (time) => time.toISOString(),
  list: (member) => ({ member }),
  map: (entries) => ({ entry: entries.map(([key, value]) => ({ key, value })) }),
};

/** Returns an operation in the query protocol. All its input is text, in lists and objects. */
export function asQuery({ run }: Operation): QueryOperation {
  return (parameters, call) => renderOutput(run(toTree(parameters), call), queryForm);
}
