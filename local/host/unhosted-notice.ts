/** The ids of services that functions call, by the part of a resource type that names them. */
const called: Readonly<Record<string, string>> = {
  AppConfig: 'appconfigdata',
  AppSync: 'appsync',
  Athena: 'athena',
  Batch: 'batch',
  ECS: 'ecs',
  Glue: 'glue',
  IoT: 'iot-data-plane',
  Kinesis: 'kinesis',
  KinesisFirehose: 'firehose',
  KinesisVideo: 'kinesis-video',
  Neptune: 'neptune',
  OpenSearchService: 'opensearch',
  RDS: 'rds-data',
  SES: 'sesv2',
  SageMaker: 'sagemaker-runtime',
  ServiceDiscovery: 'servicediscovery',
  Timestream: 'timestream-write',
};

/** Returns the notice of a resource type that is not hosted, with the way round it if there is one. */
export function unhostedNotice(type: string): string {
  const [, service = ''] = type.split('::');
  const id = called[service];
  const notice = `${type} is not hosted here`;
  if (service === 'Bedrock')
    return `${notice}. The local Bedrock has its own, which docs/local-bedrock.md describes`;
  return id === undefined ? notice : `${notice}. Calls go elsewhere with --endpoint ${id}=URL`;
}
