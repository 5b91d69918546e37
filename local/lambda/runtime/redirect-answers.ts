import net from 'node:net';

/**
 * Connects to `port` what is meant for the HTTPS port of this machine. AWS's `cfn-response` and
 * others take only the host and the path of a ResponseURL, and leave out its port.
 */
export function redirectAnswers(port: string | undefined): void {
  if (port === undefined) return;
  const { prototype } = net.Socket;
  const connect: unknown = Reflect.get(prototype, 'connect');
  if (typeof connect !== 'function') return;
  Reflect.set(prototype, 'connect', function redirected(this: net.Socket, ...args: unknown[]) {
    // Node's own modules pass their arguments as one list.
    const [first] = args;
    const options: unknown = Array.isArray(first) ? first[0] : first;
    if (isHttpsOfThisMachine(options)) Object.assign(options, { port: Number(port) });
    return Reflect.apply(connect, this, args) as unknown;
  });
}

function isHttpsOfThisMachine(options: unknown): options is object {
  if (typeof options !== 'object' || options === null) return false;
  return (
    Reflect.get(options, 'host') === '127.0.0.1' && Number(Reflect.get(options, 'port')) === 443
  );
}
