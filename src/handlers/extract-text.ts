import { openTable } from '#aws/dynamo/table.ts';
import { readDocumentEnvironment } from '#aws/composition/environment/document-environment.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { createStepPorts } from '#documents/step-ports.ts';
import { extractText } from '#documents/extract-step.ts';
import { toStepError } from '#documents/failures.ts';
import type { StepInput } from '#documents/step.ts';
import { systemClock } from '#api/http/clock.ts';
import { handleStep } from '#lambda/workflow-step.ts';

const environment = readDocumentEnvironment(process.env);
// Beside the bundle: see `scripts/build.ts`.
const folder = process.env['LAMBDA_TASK_ROOT'];
const policy = {
  ...environment,
  fontMaps: `${folder}/font-maps`,
  reading: {
    thread: `${folder}/reading-thread.cjs`,
    // Half of the function's timeout.
    maxReadingMs: 60_000,
    maxMemoryMb: 0.75 * Number(process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']),
  },
};
const table = openTable(environment.conversationsTable);
const ports = createStepPorts(table, environment, systemClock);

/** The first step of a workflow: extracts a document's text and prepares the prompts. */
export const handler = handleStep(createLogSecret(table), {
  run: (input: StepInput) => extractText(ports, policy, input),
  ownerOf: ({ owner }) => owner,
  toStepError,
});
