#!/usr/bin/env bash
# Node 24.21: the URL parser accepts a host with an invalid `xn--` label, which the URL standard
# refuses (domain to ASCII reports a failure for invalid Punycode). It refuses the same label as
# soon as another label has a letter outside ASCII. Whoever relies on `URL.canParse` to refuse
# malformed international names lets them through.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --allow-scripts=node node@24.21.0 2>/dev/null ||
  npm install --silent --no-audit --no-fund node@24.21.0
cat >seen.mjs <<'SCRIPT'
const alone = URL.canParse('https://xn--a.example/');
const beside = URL.canParse('https://é.xn--a.example/');
const valid = URL.canParse('https://é.xn--wgv71a119e.example/');
console.log(`node ${process.versions.node}, ada ${process.versions.ada}`);
console.log('https://xn--a.example/ is accepted:', alone);
console.log('https://é.xn--a.example/ is accepted:', beside);
console.log('https://é.xn--wgv71a119e.example/ is accepted:', valid);
process.exit(alone && !beside && valid ? 0 : 1);
SCRIPT
if ./node_modules/.bin/node seen.mjs; then
  echo 'As described.'
else
  echo 'This has changed: an invalid label is refused wherever it stands.'
  exit 1
fi
