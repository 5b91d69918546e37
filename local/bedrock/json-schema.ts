/** A JSON Schema, as far as anything here looks into it. */
export type JsonSchema = Readonly<Record<string, unknown>>;
