import { defineAuth } from '@aws-amplify/backend';

/** The people who sign in. */
export const auth = defineAuth({ loginWith: { email: true } });
