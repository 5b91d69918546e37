import { openTable } from '#aws/dynamo/table.ts';
import { readDocumentEnvironment } from '#aws/composition/environment/document-environment.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { toStepError } from '#documents/failures.ts';
import { combineResults, type CombineInput } from '#documents/result-steps.ts';
import { createStepPorts } from '#documents/step-ports.ts';
import { systemClock } from '#api/http/clock.ts';
import { handleStep } from '#lambda/workflow-step.ts';
import { loggedLedger } from '#api/document/log-spending.ts';

const environment = readDocumentEnvironment(process.env);
const table = openTable(environment.conversationsTable);
const stepPorts = createStepPorts(table, environment, systemClock);
const ports = {
  ...stepPorts,
  ledger: loggedLedger(stepPorts.ledger, environment.documentModel),
};

/** The steps of a workflow that combine answers and store the result or the error. */
export const handler = handleStep(createLogSecret(table), {
  run: (input: CombineInput) => combineResults(ports, environment, input),
  ownerOf: ({ state }) => state.owner,
  toStepError,
});
