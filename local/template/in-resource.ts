/** Runs a check of a service, whose error then names the resource or the property that is wrong. */
export function inResource(key: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${key}: ${reason}`, { cause: error });
  }
}
