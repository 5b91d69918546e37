import { readPageSettings } from './sign-in/settings.ts';
import { checkUpstreams } from './upstream.ts';

/** Ends the process with one sentence if a variable is missing or wrong. */
export function checkSettings(): void {
  try {
    if (readPageSettings().calls.type === 'server') checkUpstreams();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
