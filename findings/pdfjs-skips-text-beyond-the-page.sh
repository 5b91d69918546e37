#!/usr/bin/env bash
# unpdf 1.8.1 (and the pdf.js in it): text beyond the edge of a page is left out without an error
# or a warning. A line that is too wide for its page loses its last words, and there is no option
# that keeps them. Whoever extracts text to index or summarize it reads such a PDF in part.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund unpdf@1.8.1 pdf-lib@1.17.1
cat >seen.mjs <<'SCRIPT'
import { readFileSync } from 'node:fs';
import { PDFDocument } from 'pdf-lib';
import { extractText } from 'unpdf';

const { version } = JSON.parse(readFileSync('node_modules/unpdf/package.json', 'utf8'));
const line = Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ');
const pdf = await PDFDocument.create();
pdf.addPage([300, 200]).drawText(line, { x: 20, y: 100, size: 12 });
const { text } = await extractText(await pdf.save(), { mergePages: true });
console.log(`node ${process.versions.node}, unpdf ${version}`);
console.log('written:', line);
console.log('read:   ', text);
process.exit(text.startsWith('word0 word1') && !text.includes('word29') ? 0 : 1);
SCRIPT
if node seen.mjs; then
  echo 'As described.'
else
  echo 'This has changed: the words beyond the edge are read.'
  exit 1
fi
