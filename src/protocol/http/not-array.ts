import * as v from 'valibot';

/** Returns a schema of objects that refuses arrays, which valibot's object schemas accept. */
export function notArray<Schema extends v.GenericSchema>(
  schema: Schema,
  message: string,
): v.SchemaWithPipe<
  readonly [v.CustomSchema<v.InferInput<Schema>, v.ErrorMessage<v.CustomIssue> | undefined>, Schema]
> {
  return v.pipe(
    v.custom<v.InferInput<Schema>>((value) => !Array.isArray(value), message),
    schema,
  );
}
