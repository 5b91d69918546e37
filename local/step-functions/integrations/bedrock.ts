import type { ServiceCaller } from '#local/gateway/service-caller.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import { capitalizeMembers, lowercaseMembers } from '#local/step-functions/integrations/members.ts';
import { readObject, writeObject } from '#local/step-functions/integrations/s3.ts';
import { sdkErrors, serviceError } from '#local/step-functions/integrations/service-errors.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** What a call of a model is about. */
export interface ModelCall {
  readonly action: string;
  readonly isSdk: boolean;
  readonly parameters: Json;
}

/** Calls a model. Its input can be read from S3, and its output written to S3. */
export async function callBedrock(
  caller: ServiceCaller,
  { action, isSdk, parameters }: ModelCall,
): Promise<unknown> {
  const { ModelId, Body, ContentType, Accept, Input, Output, ...others } = parameters;
  const modelId = encodeURIComponent(asText(ModelId) ?? '');
  const isConverse = action === 'converse';
  const input = asText(record(Input)['S3Uri']);
  const body = input === undefined ? Body : parseJson(await readObject(caller, input));
  const response = await caller.send('bedrock-runtime', {
    method: 'POST',
    path: `/model/${modelId}/${isConverse ? 'converse' : 'invoke'}`,
    headers: {
      'content-type': asText(ContentType) ?? 'application/json',
      accept: asText(Accept) ?? 'application/json',
    },
    body: JSON.stringify(isConverse ? lowercaseMembers(others) : (body ?? {})),
  });
  if (response.error !== undefined) {
    const prefix = isSdk ? 'BedrockRuntime' : 'Bedrock';
    throw serviceError(sdkErrors(prefix, 'BedrockRuntime'), response);
  }
  if (isConverse) return capitalizeMembers(parseJson(response.body));
  const responseType = response.headers.get('content-type') ?? 'application/json';
  const target = asText(record(Output)['S3Uri']);
  if (target === undefined) return { Body: parseJson(response.body), ContentType: responseType };
  await writeObject(caller, target, response.body);
  return { Body: target, ContentType: responseType };
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? {} : parseStateJson(text);
  } catch {
    return text;
  }
}
