import {
  readInput,
  type FunctionOperation,
  type LambdaResources,
} from '#local/lambda/api/lambda-call.ts';
import { checkRevision, invalidParameter } from '#local/lambda/api/lambda-errors.ts';
import { renderConfiguration } from '#local/lambda/api/render-configuration.ts';
import { noRebuild } from '#local/lambda/definition/prepare-code.ts';
import { AwsError } from '#local/wire/aws-error.ts';
import {
  anything,
  blob,
  boolean,
  list,
  oneOf,
  string,
  structure,
  type Shaped,
} from '#local/wire/shape.ts';

const inputShape = structure(
  {},
  {
    ZipFile: blob,
    S3Bucket: string({ min: 3, max: 63 }),
    S3Key: string({ min: 1, max: 1024 }),
    S3ObjectVersion: anything,
    ImageUri: string(),
    Publish: boolean,
    DryRun: boolean,
    RevisionId: string(),
    Architectures: list(oneOf('x86_64', 'arm64'), { min: 1, max: 1 }),
  },
);

type Input = Shaped<typeof inputShape>;

/** The largest request, which is an archive of 50 MB in Base64 (Lambda quotas). */
const maxRequestBytes = 69_905_067;

/** `UpdateFunctionCode`: new invocations run the code of an archive, in new environments. */
export const updateCode: FunctionOperation = async (call, resources) => {
  const { host, body } = call;
  if (body.length > maxRequestBytes) {
    const message = `Request must be smaller than ${maxRequestBytes} bytes for the UpdateFunctionCode operation`;
    throw new AwsError('RequestEntityTooLargeException', message, { status: 413 });
  }
  const input = readInput(inputShape, call);
  checkRevision(input.RevisionId, host.revision.id);
  const zip = await readArchive(input, resources);
  const [architecture = host.definition.architecture] = input.Architectures ?? [];
  // There are no versions here: every one runs the code of now.
  const Version = input.Publish === true ? '1' : '$LATEST';
  if (input.DryRun === true) {
    const { sha256: CodeSha256, bytes: CodeSize } = resources.uploads.check(zip);
    return { status: 200, body: { ...renderConfiguration(host), CodeSha256, CodeSize } };
  }
  const { root, archive } = await resources.uploads.unpack(host.definition.key, zip);
  host.update({ root, archive, architecture, sources: [], rebuild: noRebuild });
  return { status: 200, body: { ...renderConfiguration(host), Version } };
};

function readArchive(
  { ZipFile, S3Bucket, S3Key, ImageUri }: Input,
  { uploads }: LambdaResources,
): Buffer | Promise<Buffer> {
  if (ImageUri !== undefined) {
    throw invalidParameter(
      'Please do not provide ImageUri when updating a function with packageType Zip.',
    );
  }
  const isFromBucket = S3Bucket !== undefined && S3Key !== undefined;
  if (ZipFile !== undefined && isFromBucket) {
    throw invalidParameter('Please do not provide other FunctionCode parameters with ZipFile.');
  }
  if (ZipFile !== undefined) return ZipFile;
  if (isFromBucket) return uploads.readObject(S3Bucket, S3Key);
  throw invalidParameter('Please provide a source for function code.');
}
