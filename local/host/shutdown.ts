/** Where the parts of a system register how they are closed. */
export interface Shutdown {
  /** The lock on the data directory. */
  readonly data: AsyncDisposableStack;
  /** The gateway, the AWS services and their stores. */
  readonly services: AsyncDisposableStack;
  /** The function environments. */
  readonly functions: AsyncDisposableStack;
  /** The ports of Function URLs, APIs and sign-in. */
  readonly ports: AsyncDisposableStack;
  /** What works without a request: event sources, schedules, watchers, sign-in sessions. */
  readonly background: AsyncDisposableStack;
}

/**
 * Divides the shutdown of a system into stages that close in a fixed order, whatever the order in
 * which they were filled: background work, ports, functions, services, and the data lock last.
 * Ports close before functions, so that no new request reaches a function that is ending. Within a
 * stage, what was registered last closes first. Disposing `system` closes all stages.
 */
export function createShutdown(system: AsyncDisposableStack): Shutdown {
  // A stack disposes what was added last first, so the stages are added in reverse.
  const data = system.use(new AsyncDisposableStack());
  const services = system.use(new AsyncDisposableStack());
  const functions = system.use(new AsyncDisposableStack());
  const ports = system.use(new AsyncDisposableStack());
  const background = system.use(new AsyncDisposableStack());
  return { data, services, functions, ports, background };
}
