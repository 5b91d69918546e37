import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Returns the options of this command. An unknown option ends it with a message and code 2. */
export function readOptions<Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Node adds how to pass an argument that begins with a dash.
    console.error(`${message.split('. To specify')[0]}. Try --help.`);
    process.exit(2);
  }
}
