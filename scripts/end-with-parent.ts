/*
 * Loaded by processes that are started beside the system: whoever started them holds a channel to
 * them, and they end with it, even where he was killed and could not tell them.
 */
process.on('disconnect', () => process.exit());
