import { installModuleSearch } from '#local/lambda/runtime/module-search.ts';
import { installRequestLog } from '#local/web-functions/runtime/request-log.ts';

/*
 * Runs inside an execution environment of a web function, before the code (`node --import`). The
 * code is a plain HTTP server. This program lets it find its packages as on Lambda, and its log
 * lines their request.
 */

installRequestLog();
installModuleSearch({
  taskRoot: process.env['LAMBDA_TASK_ROOT'] ?? '',
  // The code must see neither an argument nor a variable that Lambda does not have.
  sdkFolders: new URL(import.meta.url).searchParams.getAll('sdk'),
});
// The host holds the other end of stdin. When it closes, the host has gone.
process.stdin.once('end', () => process.exit(1)).resume();
// Code without anything left to do ends. An open stdin would keep its process.
if ('unref' in process.stdin) process.stdin.unref();
