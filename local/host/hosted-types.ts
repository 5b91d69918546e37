import type { OpenStack } from '#local/template/stacks.ts';

const hosted: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGatewayV2::Api',
  'AWS::CloudFormation::Stack',
  'AWS::Cognito::UserPool',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::Url',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Scheduler::Schedule',
  'AWS::StepFunctions::StateMachine',
  'Custom::S3BucketNotifications',
]);

/** Types that need nobody to host them: they only say more about others, or grant and watch. */
const silent =
  /^AWS::(?:IAM|Logs|CloudWatch|CDK|KMS)::|^AWS::ApiGateway(?:V2)?::|^AWS::Cognito::UserPool(?:Client|Domain)$|^AWS::Lambda::(?:Alias|EventInvokeConfig|Permission|Version|LayerVersionPermission)$|^AWS::SQS::QueuePolicy$|^AWS::S3::BucketPolicy$|^AWS::Scheduler::ScheduleGroup$/u;

/** The types of resources that are not hosted here, each once. */
export function unhostedTypes(stacks: readonly OpenStack[]): readonly string[] {
  const types = stacks.flatMap(({ template }) =>
    [...template.resources.values()].map(({ type }) => type),
  );
  return [...new Set(types)].filter((type) => !hosted.has(type) && !silent.test(type)).toSorted();
}
