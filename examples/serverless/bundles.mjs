import { cp } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * A plugin of the Serverless Framework, which packages only files below its own folder: it copies
 * the bundle of each function to where its handler is.
 */
export default function bundles({ service, serviceDir }) {
  async function copyBundles() {
    for (const { handler } of Object.values(service.functions)) {
      const folder = dirname(handler);
      const bundle = join(serviceDir, '../../dist', basename(folder));
      await cp(bundle, join(serviceDir, folder), { recursive: true });
    }
  }
  return { hooks: { 'before:package:initialize': copyBundles } };
}
