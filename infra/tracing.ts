import { CfnParameter, type Stack } from 'aws-cdk-lib';

export interface TracingProps {
  /** The base URL of an OTLP collector; empty if turns are not traced. */
  readonly endpoint: string;
  /** The share of traces that are exported, from 0 to 1. */
  readonly ratio: string;
}

/**
 * Returns the environment variables of functions that trace turns. They are template parameters:
 * headers may have a secret, which belongs into no template, and the local host has a collector of
 * its own.
 */
export function toTracingEnv(
  stack: Stack,
  { endpoint, ratio }: TracingProps,
): Readonly<Record<string, string>> {
  const endpointParameter = new CfnParameter(stack, 'OtlpEndpoint', {
    description: 'The base URL of an OTLP collector. Empty: turns are not traced.',
    allowedPattern: otlpEndpoint.source,
    default: endpoint,
  });
  const headers = new CfnParameter(stack, 'OtlpHeaders', {
    description: 'Headers for the collector, such as its key: name=value,name=value.',
    noEcho: true,
    default: '',
  });
  const ratioParameter = new CfnParameter(stack, 'TraceRatio', {
    description: 'The share of traces that are exported, from 0 to 1.',
    allowedPattern: traceRatio.source,
    default: ratio,
  });
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpointParameter.valueAsString,
    OTEL_EXPORTER_OTLP_HEADERS: headers.valueAsString,
    OTEL_TRACES_SAMPLER_ARG: ratioParameter.valueAsString,
  };
}

/** What exporters add to the base URL themselves. */
export const tracesPath = /\/v1\/traces\/?$/;

/** The base URL of a collector, or nothing. CloudFormation reads the pattern, too. */
export const otlpEndpoint = /^(https?:\/\/[^\s?#]+)?$/;

/** A number from 0 to 1. */
export const traceRatio = /^(0|1|0?\.\d+)$/;
