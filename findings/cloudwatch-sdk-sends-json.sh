#!/usr/bin/env bash
# @aws-sdk/client-cloudwatch 3.1162.0: requests go out as AWS JSON 1.0, with an `x-amz-target` header.
# Older versions of the same client send the query protocol (`Action=GetMetricStatistics&…`), and AWS
# lists CBOR as the service's newest protocol. An endpoint that stands in for CloudWatch must read all
# three, or it refuses one generation of clients.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund \
  newer@npm:@aws-sdk/client-cloudwatch@3.1162.0 older@npm:@aws-sdk/client-cloudwatch@3.828.0 2>/dev/null
cat >seen.mjs <<'SCRIPT'
import { once } from 'node:events';
import { createServer } from 'node:http';

const seen = [];
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const { 'content-type': type, 'x-amz-target': target } = request.headers;
    seen.push({ type, target });
    response.writeHead(400).end();
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
for (const version of ['newer', 'older']) {
  const { CloudWatchClient, ListMetricsCommand } = await import(version);
  const client = new CloudWatchClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${server.address().port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  await client.send(new ListMetricsCommand({})).catch(() => undefined);
  console.log(version, seen.at(-1));
}
server.close();
server.closeAllConnections();
const [newer, older] = seen;
const isAsDescribed =
  newer.type === 'application/x-amz-json-1.0' &&
  newer.target === 'GraniteServiceVersion20100801.ListMetrics' &&
  older.type === 'application/x-www-form-urlencoded' &&
  older.target === undefined;
process.exit(isAsDescribed ? 0 : 1);
SCRIPT
if node seen.mjs; then
  echo 'As described.'
else
  echo 'This has changed: the clients send other protocols.'
  exit 1
fi
