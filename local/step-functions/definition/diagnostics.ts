/** The codes of Step Functions for what is wrong with a definition. */
export type DiagnosticCode =
  | 'SCHEMA_VALIDATION_FAILED'
  | 'INVALID_JSON_DESCRIPTION'
  | 'INVALID_JSONATA_EXPRESSION'
  | 'UNSUPPORTED_JSONATA_EXPRESSION'
  | 'INVALID_STATE_NAME'
  | 'DUPLICATE_STATE_NAME'
  | 'INVALID_LABEL_NAME'
  | 'DUPLICATE_LABEL_NAME'
  | 'INVALID_VARIABLE_NAME'
  | 'RESERVED_VARIABLE_NAME'
  | 'MISSING_TRANSITION_TARGET'
  | 'MISSING_END_STATE'
  | 'TOO_DEEPLY_NESTED';

/** An error in a definition, as Step Functions words it. */
export interface Diagnostic {
  readonly severity: 'ERROR';
  readonly code: DiagnosticCode;
  readonly message: string;
  /** A path such as `/States/Ask/Retry[0]`. An error of the whole machine has none. */
  readonly location?: string | undefined;
}

/** Thrown for a definition that Step Functions would reject. */
export class DefinitionError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(toMessage(diagnostics));
    this.name = 'DefinitionError';
    this.diagnostics = diagnostics;
  }
}

/** Step Functions writes `at null` for an error without a location. */
function toMessage(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.map(
    ({ code, message, location }) => `${code}: ${message} at ${location ?? 'null'}`,
  );
  return `Invalid State Machine Definition: '${errors.join(', ')}'`;
}
