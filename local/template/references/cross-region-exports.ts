import { resolve } from '#local/template/intrinsics.ts';
import { record } from '#local/template/json.ts';
import type { OpenStack } from '#local/template/stacks.ts';

/**
 * The custom resources by which CDK passes a value to a stack of another Region: one writes it to
 * the parameters of that Region, and one reads it there. Here all Regions are one.
 */
export const exportTypes = {
  writer: 'Custom::CrossRegionExportWriter',
  reader: 'Custom::CrossRegionExportReader',
} as const;

/** Returns a value that one of the stacks exports to another Region. Throws if there is none. */
export function crossRegionExport(stacks: readonly OpenStack[], name: string): unknown {
  for (const { template, scope } of stacks) {
    for (const { type, properties } of template.resources.values()) {
      if (type !== exportTypes.writer) continue;
      const exported = record(record(properties['WriterProps'])['exports']);
      if (Object.hasOwn(exported, name)) return resolve(exported[name], scope);
    }
  }
  throw new Error(`No stack exports ${name} to another Region`);
}
