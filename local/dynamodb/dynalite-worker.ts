import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import { describeProblems } from '#local/wire/describe-problems.ts';
import { readShape, string, structure } from '#local/wire/shape.ts';

/*
 * Runs dynalite in a thread of its own. For some malformed requests, and if the disk is full,
 * dynalite throws where nothing can catch it. That ends this thread, but not the host.
 */

const { path, socketPath } = readShape(
  structure({ path: string(), socketPath: string() }),
  workerData,
  (problems) => new Error(describeProblems('dynalite', problems)),
);
const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
server.listen(socketPath, () => parentPort?.postMessage('listening', []));
parentPort?.once('message', () => server.close(() => process.exit()));
