import { registerHooks } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What Lambda's own runtime brings along for every function. */
const ownPackages = /^@(?:aws-sdk|aws|smithy)\//u;

/**
 * Has packages found where Lambda finds them beside the function's own: those of its layers, for
 * ES modules too (NODE_PATH), and the AWS SDK.
 */
export function installModuleSearch(sdkRoot: string | undefined): void {
  const layers = (process.env['NODE_PATH'] ?? '').split(delimiter).filter((path) => path !== '');
  const parents = layers.map((path) => parentUrl(dirname(path)));
  const sdk = sdkRoot === undefined ? [] : [parentUrl(sdkRoot)];
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!isPackage(specifier)) throw error;
        const elsewhere = ownPackages.test(specifier) ? [...parents, ...sdk] : parents;
        for (const parentURL of elsewhere) {
          const found = attempt(() => next(specifier, { ...context, parentURL }));
          if (found !== undefined) return found;
        }
        throw error;
      }
    },
  });
}

function parentUrl(folder: string): string {
  return pathToFileURL(join(folder, 'none.js')).href;
}

/** Neither a path nor a URL. */
function isPackage(specifier: string): boolean {
  return !/^(?:[./]|[a-z]+:)/u.test(specifier);
}

function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
