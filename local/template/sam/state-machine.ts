import { addEvents } from '#local/template/sam/events.ts';
import type { Rewriting, Written } from '#local/template/sam/rewriting.ts';
import { record } from '#local/template/json.ts';

/** AWS::Serverless::StateMachine: the state machine, its role and its events. */
export function addStateMachine(id: string, resource: Written, rewriting: Rewriting): void {
  const { Properties: properties, Condition } = resource;
  const { Name, Type, Definition, DefinitionUri, DefinitionSubstitutions, Role } = properties;
  rewriting.add(id, {
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
    rewriting.add(`${id}Role`, { Type: 'AWS::IAM::Role', Properties: {}, Condition });
  addEvents({ id, kind: 'state-machine', Condition }, record(properties['Events']), rewriting);
}
