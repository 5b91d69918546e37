import { join } from 'node:path';
import { createGateway, type Router } from '#local/gateway/gateway.ts';
import type { Plan } from '#local/host/plan.ts';
import { openPorts, type Ports } from '#local/host/ports.ts';
import type { Shutdown } from '#local/host/shutdown.ts';
import { listen, originOf, type Binding } from '#local/process/listen.ts';
import { openCertificate, writeTrusted, type Certificate } from '#local/process/tls.ts';
import type { Engine } from '#local/wire/aws-exchange.ts';

/** The one port of all AWS services. */
export interface GatewayPort {
  readonly url: string;
  /** Lets services answer its requests. */
  connect(route: Router): void;
}

/** Files with the certificate of the ports here. */
export interface Trust {
  readonly certificate: string;
  /** It has all public certificates, too. */
  readonly all: string;
}

/** Step 2 of a start: every address is known, and no port is connected yet. */
export interface Bound extends Plan {
  readonly gateway: GatewayPort;
  readonly ports: Ports;
  /** Present if a port accepts TLS: what functions must trust. */
  readonly trust: Trust | undefined;
}

/** Opens the gateway and all other ports. Throws an error that names a port that is taken. */
export async function bind(plan: Plan, shutdown: Shutdown): Promise<Bound> {
  const gateway = await openGateway(plan.binding, shutdown.services);
  const hasTls = plan.plannedPorts.some(({ acceptsTls }) => acceptsTls);
  const certificate = hasTls ? await openCertificate(join(plan.data, 'tls')) : undefined;
  const closing = shutdown.ports;
  const ports = await openPorts(plan.plannedPorts, plan.binding, { certificate, closing });
  return { ...plan, gateway, ports, trust: certificate && (await trustOf(certificate)) };
}

/** Writes the files of a certificate that clients must trust. */
export async function trustOf(certificate: Certificate): Promise<Trust> {
  return { certificate: certificate.path, all: await writeTrusted(certificate) };
}

async function openGateway(binding: Binding, closing: AsyncDisposableStack): Promise<GatewayPort> {
  let route = routeWhileStarting;
  const gateway = createGateway((request) => route(request), { ownHost: binding.host });
  const port = await listen(gateway.server, binding);
  closing.defer(() => gateway.close());
  return {
    url: originOf(binding.host, port),
    connect(connected) {
      route = connected;
    },
  };
}

/** AWS SDKs retry a 503. */
const answerNotReady: Engine = async (_, response) => {
  response.start(503, { 'retry-after': '1' });
  response.end('Starting');
  await Promise.resolve();
};

/** Answers that no service is there yet. */
export const routeWhileStarting: Router = () => answerNotReady;
