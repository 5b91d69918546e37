import { readTableEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { readPersonEnvironment } from '#aws/composition/environment/identity-environment.ts';
import { createPersonVerifier } from '#identity/person-verifier.ts';
import { withPerson } from '#lambda/with-person.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';
import { openData } from '#handlers/answers/data.ts';

const table = openTable(readTableEnvironment(process.env).conversationsTable);
const verify = createPersonVerifier(table, systemClock, readPersonEnvironment(process.env));

/** `/attachments`, and `/data/exports` and `/data/deletions`: begins one, and reads its progress. */
export const handler = respondBuffered(
  createLogSecret(table),
  withPerson(verify, openData(process.env, table)),
);
