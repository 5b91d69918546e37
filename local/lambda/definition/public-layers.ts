import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Layer } from '#local/lambda/definition/function-definition.ts';

/** What a function has in place of a layer that AWS publishes. */
export interface PublicLayer {
  readonly layer?: Layer;
  readonly notice?: string;
}

const insights = /:layer:LambdaInsightsExtension(?:-Arm64)?:\d+$/u;
const powertoolsForNode = /:layer:AWSLambdaPowertoolsTypeScript(?:V\d+)?:\d+$/u;
const powertoolsForPython = /:layer:AWSLambdaPowertoolsPython[\w-]*:\d+$/u;

const powertools = '@aws-lambda-powertools';

/** Where the packages of a layer are looked for, and where the layer is made of them. */
export interface LayerPlaces {
  /** The folder of the template. */
  readonly project: string;
  /** The folder for code that the template does not contain. */
  readonly folder: string;
}

/**
 * Returns what there is of a layer that AWS publishes, or undefined for another one. The packages
 * of Powertools come from the project.
 */
export async function readPublicLayer(
  arn: string,
  { project, folder }: LayerPlaces,
): Promise<PublicLayer | undefined> {
  if (insights.test(arn)) return {};
  if (powertoolsForPython.test(arn))
    return {
      notice: "has the packages of this machine's python3: pip install aws-lambda-powertools",
    };
  if (!powertoolsForNode.test(arn)) return undefined;
  const packages = findUpwards(project, join('node_modules', powertools));
  if (packages === undefined)
    return {
      notice: `has the packages of your project, which has none of ${powertools}. Add those that are imported: npm install --save-dev ${powertools}/logger`,
    };
  // The link of another project has another name.
  const name = createHash('sha256').update(packages).digest('hex').slice(0, 12);
  const layer = resolve(folder, 'layers', name);
  const link = join(layer, 'nodejs', 'node_modules', powertools);
  await mkdir(dirname(link), { recursive: true });
  await symlink(packages, link, 'junction').catch((error: unknown) => {
    // Functions share it, and it stays until the next start.
    if (!existsSync(link)) throw error;
  });
  return { layer: { arn, folder: layer } };
}

function findUpwards(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return join(at, name);
    if (at === dirname(at)) return undefined;
  }
}
