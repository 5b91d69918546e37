import { plainText } from '#local/template/sam/sam-template.ts';
import { addEvents } from '#local/template/sam/events.ts';
import type { RawResource, SamTemplate } from '#local/template/sam/sam-template.ts';
import { record } from '#local/template/json.ts';

/** AWS::Serverless::StateMachine: adds the state machine, its role and its events. */
export function addStateMachine(id: string, resource: RawResource, sam: SamTemplate): void {
  const { Properties: properties, Condition } = resource;
  const { Name, Type, Definition, DefinitionUri, DefinitionSubstitutions, Role } = properties;
  sam.add(id, {
    Type: 'AWS::StepFunctions::StateMachine',
    Condition,
    Properties: {
      StateMachineName: Name,
      StateMachineType: Type,
      Definition,
      DefinitionS3Location: DefinitionUri,
      DefinitionSubstitutions,
      LoggingConfiguration: properties['Logging'],
    },
  });
  addAlias(id, resource, sam);
  if (Role === undefined)
    sam.add(`${id}Role`, { Type: 'AWS::IAM::Role', Properties: {}, Condition });
  const target = { id, kind: 'state-machine', Condition } as const;
  addEvents(target, record(properties['Events']), sam);
}

/** `AutoPublishAlias` publishes a version, and an alias for it. */
function addAlias(
  id: string,
  { Properties: properties, Condition }: RawResource,
  sam: SamTemplate,
): void {
  const name = properties['AutoPublishAlias'];
  if (name === undefined) return;
  sam.add(`${id}Version`, {
    Type: 'AWS::StepFunctions::StateMachineVersion',
    Condition,
    Properties: { StateMachineArn: { Ref: id } },
  });
  const route = { StateMachineVersionArn: { Ref: `${id}Version` }, Weight: 100 };
  sam.add(`${id}Alias${plainText(`${id}.AutoPublishAlias`, name)}`, {
    Type: 'AWS::StepFunctions::StateMachineAlias',
    Condition,
    Properties: { Name: name, RoutingConfiguration: [route] },
  });
}
