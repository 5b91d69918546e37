/** Runs once when the server starts: a server that could answer nobody ends with what is missing. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return;
  const { checkSettings } = await import('./server/check-settings.ts');
  checkSettings();
}
