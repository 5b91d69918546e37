import { AwsError } from '#local/wire/aws-error.ts';
import { DefinitionError, type Diagnostic } from '#local/step-functions/definition/diagnostics.ts';
import { readMachine, type ReadMachine } from '#local/step-functions/definition/read-machine.ts';
import { jsonError } from '#local/step-functions/machines/json-errors.ts';
import { checkDefinition } from '#local/step-functions/validation/check-definition.ts';
import type { MachineType } from '#local/step-functions/validation/place.ts';
import { isRecord } from '#local/wire/shape.ts';

/** Returns why Step Functions would refuse the text of a definition. */
export function diagnose(text: string, type: MachineType): readonly Diagnostic[] {
  if (text.trim() === '') return [notAnObject];
  const error = jsonError(text);
  if (error !== undefined) {
    const location = `[Source: (String)"${text.slice(0, 500)}"; line: ${error.line}, column: ${error.column}]`;
    const message = `${error.message}\n at ${location}`;
    return [{ severity: 'ERROR', code: 'INVALID_JSON_DESCRIPTION', message, location }];
  }
  const definition: unknown = JSON.parse(text);
  return isRecord(definition) ? checkDefinition(definition, type) : [notAnObject];
}

const notAnObject: Diagnostic = {
  severity: 'ERROR',
  code: 'SCHEMA_VALIDATION_FAILED',
  message: 'Definition must be a valid JSON object',
};

/**
 * Reads the text of a definition. Throws AWS's error for a definition that Step Functions would refuse,
 * and an error for one that needs what is not hosted here.
 */
export function readDefinitionText(text: string, type: MachineType): ReadMachine {
  const diagnostics = diagnose(text, type);
  if (diagnostics.length > 0) {
    throw new AwsError('InvalidDefinition', new DefinitionError(diagnostics).message);
  }
  const definition: unknown = JSON.parse(text);
  const read = readMachine(isRecord(definition) ? definition : {}, type);
  const [refusal] = read.refusals;
  if (refusal === undefined) return read;
  throw new AwsError('InvalidDefinition', `${refusal.location}: ${refusal.message}`);
}
