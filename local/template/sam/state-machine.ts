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
    },
  });
  if (Role === undefined)
    sam.add(`${id}Role`, { Type: 'AWS::IAM::Role', Properties: {}, Condition });
  const target = { id, kind: 'state-machine', Condition } as const;
  addEvents(target, record(properties['Events']), sam);
}
