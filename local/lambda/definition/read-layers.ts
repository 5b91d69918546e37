import { resolveAssetFolder, RemoteCodeError } from '#local/lambda/definition/asset-path.ts';
import type { FunctionDefinition, Layer } from '#local/lambda/definition/function-definition.ts';
import type { CodeSettings } from '#local/lambda/definition/prepare-code.ts';
import { readPublicLayer } from '#local/lambda/definition/public-layers.ts';
import { containsWebAdapter, isWebAdapter } from '#local/lambda/definition/web-adapter.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';

/** Reads the layers of the stacks, except those whose ARN is in `unneeded`. */
export function readLayerVersions(
  stacks: readonly OpenStack[],
  unneeded: ReadonlySet<string>,
  settings: CodeSettings,
): Promise<readonly Layer[]> {
  const resources = stacks
    .flatMap((stack) => stack.ofType('AWS::Lambda::LayerVersion'))
    .filter(({ stack, logicalId }) => !unneeded.has(String(stack.scope.ref(logicalId))));
  return readAvailable(resources, settings, (item) => readLayer(item, settings));
}

async function readLayer(
  { key, logicalId, properties, stack }: Resource,
  settings: CodeSettings,
): Promise<Layer> {
  const reference = { property: `${key}.Content`, template: stack.template };
  const folder = await resolveAssetFolder(reference, properties.raw('Content'), settings.unpack);
  return { folder, arn: String(stack.scope.ref(logicalId)) };
}

/** Returns the layers of a function. Warns of those that are not here. */
export async function readLayers(
  { key, properties, stack }: Resource,
  layers: readonly Layer[],
  { warn, folder }: CodeSettings,
): Promise<Pick<FunctionDefinition, 'layers' | 'hasWebAdapter' | 'lacksLayers'>> {
  const places = { project: stack.template.folder, folder };
  const arns = properties.texts('Layers');
  const found: Layer[] = [];
  let lacksLayers = false;
  for (const arn of arns.filter((each) => !isWebAdapter(each))) {
    const own = layers.find((each) => each.arn === arn);
    const published = own === undefined ? await readPublicLayer(arn, places) : { layer: own };
    if (published?.layer !== undefined) found.push(published.layer);
    if (published?.notice !== undefined) warn(`${key}: layer ${arn} ${published.notice}`);
    if (published !== undefined) continue;
    lacksLayers = true;
    warn(`${key}: layer ${arn} is not in the template and is skipped`);
  }
  const hasWebAdapter = arns.some(isWebAdapter) || found.some(containsWebAdapter);
  return { layers: found, hasWebAdapter, lacksLayers };
}

/** Returns the ARNs of the layers of some functions. */
export function layersOf(functions: readonly Resource[]): Set<string> {
  return new Set(functions.flatMap(({ properties }) => properties.texts('Layers')));
}

/** Reads the resources whose code is available locally. Warns of the others and skips them. */
export async function readAvailable<Read>(
  resources: readonly Resource[],
  { warn }: CodeSettings,
  read: (resource: Resource) => Promise<Read>,
): Promise<readonly Read[]> {
  const results = await Promise.all(
    resources.map(async (resource) => {
      try {
        return [await read(resource)];
      } catch (error) {
        if (!(error instanceof RemoteCodeError)) throw error;
        warn(error.message);
        return [];
      }
    }),
  );
  return results.flat();
}
