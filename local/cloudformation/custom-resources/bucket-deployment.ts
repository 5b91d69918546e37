import { randomUUID } from 'node:crypto';
import { failed, type Answer } from '#local/cloudformation/custom-resources/answer.ts';
import { readSources } from '#local/cloudformation/custom-resources/deployment-sources.ts';
import type { ResourceRequest } from '#local/cloudformation/custom-resources/send-request.ts';
import type { ServiceCaller } from '#local/gateway/service-caller.ts';
import type { ObjectStore } from '#local/s3/object-store.ts';
import { contentTypeOf } from '#local/s3/content-type.ts';
import { record, type Json } from '#local/template/json.ts';
import { readProperties, type Properties } from '#local/template/properties.ts';
import type { OpenStack } from '#local/template/stacks.ts';

/** What deployments are made with. */
export interface DeploymentTools {
  readonly caller: ServiceCaller;
  readonly objects: ObjectStore;
  /** Their templates list the files. */
  readonly stacks: readonly OpenStack[];
}

/**
 * Does what CDK's function for Custom::CDKBucketDeployment does, which needs the AWS CLI in a layer:
 * unpacks assets into a bucket, and removes what is not in them.
 */
export async function deployBucket(
  request: ResourceRequest,
  tools: DeploymentTools,
): Promise<Answer> {
  const properties = readProperties(request.logicalId, request.properties);
  const physicalId = request.physicalId ?? `aws.cdk.s3deployment.${randomUUID()}`;
  try {
    const place = placeOf(properties);
    const before = placeOf(readProperties(request.logicalId, request.oldProperties ?? {}));
    const isMoved = before.bucket !== place.bucket || before.prefix !== place.prefix;
    const isRemoved = !properties.flag('RetainOnDelete', true);
    if (request.type === 'Delete' && isRemoved) await removeAll(place, tools);
    if (request.type === 'Update' && isRemoved && isMoved) await removeAll(before, tools);
    if (request.type !== 'Delete') await deploy(properties, place, tools);
    return { type: 'success', physicalId, data: dataOf(properties) };
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

function dataOf(properties: Properties): Json {
  const hasKeys = properties.flag('OutputObjectKeys', true);
  return {
    DestinationBucketArn: properties.optionalText('DestinationBucketArn'),
    SourceObjectKeys: hasKeys ? properties.texts('SourceObjectKeys') : [],
  };
}

/** Where the files go. The prefix is empty, or ends with a slash. */
interface Place {
  readonly bucket: string;
  readonly prefix: string;
}

function placeOf(properties: Properties): Place {
  const prefix = properties.optionalText('DestinationBucketKeyPrefix') ?? '';
  return {
    bucket: properties.optionalText('DestinationBucketName') ?? '',
    prefix: prefix === '' || prefix.endsWith('/') ? prefix.replace(/^\/$/u, '') : `${prefix}/`,
  };
}

async function deploy(properties: Properties, place: Place, tools: DeploymentTools): Promise<void> {
  const isSelected = selection(properties);
  const files = await readSources(properties, tools);
  for (const [name, bytes] of files) {
    if (!isSelected(name)) continue;
    const headers = { 'content-type': contentTypeOf(name), ...metadata(properties) };
    await send(tools, 'PUT', { ...place, name }, { headers, body: Uint8Array.from(bytes) });
  }
  if (!properties.flag('Prune', true)) return;
  for (const name of namesIn(place, tools)) {
    if (isSelected(name) && !files.has(name)) await send(tools, 'DELETE', { ...place, name });
  }
}

async function removeAll(place: Place, tools: DeploymentTools): Promise<void> {
  for (const name of namesIn(place, tools)) await send(tools, 'DELETE', { ...place, name });
}

/** Returns the names of the objects at a place, without its prefix. */
function namesIn({ bucket, prefix }: Place, { objects }: DeploymentTools): readonly string[] {
  return objects.list(bucket, prefix, '').map(({ key }) => key.slice(prefix.length));
}

interface ObjectPlace extends Place {
  readonly name: string;
}

/** Through S3's own API, so that the bucket emits its events. */
async function send(
  { caller }: DeploymentTools,
  method: string,
  { bucket, prefix, name }: ObjectPlace,
  content: {
    readonly headers?: Record<string, string>;
    readonly body?: Uint8Array<ArrayBuffer>;
  } = {},
): Promise<void> {
  const key = `${prefix}${name}`.split('/').map(encodeURIComponent).join('/');
  const { error } = await caller.send('s3', { method, path: `/${bucket}/${key}`, ...content });
  if (error !== undefined) throw new Error(`${error.code}: ${error.message}`);
}

/** The filters of `aws s3 sync`: all of Exclude, then all of Include, and the last match counts. */
function selection(properties: Properties): (name: string) => boolean {
  const excluded = properties.texts('Exclude').map(toPattern);
  const included = properties.texts('Include').map(toPattern);
  return (name) =>
    included.some((pattern) => pattern.test(name)) ||
    !excluded.some((pattern) => pattern.test(name));
}

/** A pattern of the shell, in which `*` also matches slashes. */
function toPattern(text: string): RegExp {
  const source = RegExp.escape(text)
    .replaceAll(String.raw`\*`, '.*')
    .replaceAll(String.raw`\?`, '.');
  return new RegExp(`^${source}$`, 'su');
}

/** The names of the CLI's options, and of the headers that they set. */
const systemHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'cache-control',
  'content-disposition': 'content-disposition',
  'content-encoding': 'content-encoding',
  'content-language': 'content-language',
  'content-type': 'content-type',
  expires: 'expires',
  'storage-class': 'x-amz-storage-class',
  'website-redirect': 'x-amz-website-redirect-location',
};

function metadata(properties: Properties): Record<string, string> {
  const user = Object.entries(record(properties.raw('UserMetadata'))).map(
    ([name, value]) => [`x-amz-meta-${name.toLowerCase()}`, String(value)] as const,
  );
  const system = Object.entries(record(properties.raw('SystemMetadata'))).flatMap(
    ([name, value]) => {
      const header = systemHeaders[name.toLowerCase()];
      return header === undefined ? [] : [[header, String(value)] as const];
    },
  );
  return Object.fromEntries([...user, ...system]);
}
