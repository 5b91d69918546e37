import { readFileSync } from 'node:fs';
import { readApart } from '#documents/read-apart.ts';
let peak = 0;
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 5).unref();
for (const f of process.argv.slice(2)) {
  const t = Date.now();
  peak = 0;
  let out;
  try {
    out = (
      await readApart(
        {
          bytes: new Uint8Array(readFileSync(f)),
          format: 'pdf',
          fontMaps: 'node_modules/pdfjs-dist/cmaps',
        },
        { thread: 'src/documents/reading-thread.ts', maxReadingMs: 60000, maxMemoryMb: 650 },
      )
    ).length;
  } catch (e) {
    out = e.code + ' ' + e.message + ' / ' + e.cause;
  }
  console.log(
    f,
    Date.now() - t,
    'ms peak',
    (peak / 1e6) | 0,
    'after',
    (process.memoryUsage.rss() / 1e6) | 0,
    out,
  );
}
