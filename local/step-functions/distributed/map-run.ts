import type { Execution } from '#local/step-functions/execution-store.ts';
import type { Machine, StateOf } from '#local/step-functions/definition/definition.ts';

/** The executions that a distributed Map state runs for its items. */
export interface MapRun {
  readonly arn: string;
  /** How often it was redriven: 0 at first. */
  readonly redriveCount: number;
  /** Returns the limits as they are now, because they can be changed while it runs. */
  limits(): MapRunLimits;
  /** Records how much there is to do. */
  count(work: { readonly items: number; readonly executions: number }): void;
  /**
   * Runs one execution, or returns the one that an earlier attempt has finished. Throws if the signal
   * is aborted.
   */
  runChild(child: MapRunChild, signal: AbortSignal): Promise<Execution>;
  /** Returns the executions that began, in the order of their items. */
  children(): readonly Execution[];
  end(status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void;
}

/** One execution of a map run. */
export interface MapRunChild {
  /** Its place among the executions. */
  readonly index: number;
  readonly input: unknown;
  readonly itemCount: number;
}

/** The limits of a map run. */
export interface MapRunLimits {
  /** 0 stands for as many as possible. */
  readonly maxConcurrency: number;
  /** How many items may fail. Without any limit, none may. */
  readonly toleratedCount?: number | undefined;
  readonly toleratedPercentage?: number | undefined;
}

/** What a map run is started with. */
export interface MapRunRequest {
  readonly state: StateOf<'Map'>;
  readonly executionType: 'STANDARD' | 'EXPRESS';
  readonly label: string | undefined;
  readonly processor: Machine;
  readonly limits: MapRunLimits;
}

/** Starts and finds the map runs of one execution. */
export interface MapRuns {
  start(request: MapRunRequest): MapRun;
  /** Returns the map run with which a state continues, or undefined if it has none. */
  resume(state: StateOf<'Map'>): MapRun | undefined;
}
