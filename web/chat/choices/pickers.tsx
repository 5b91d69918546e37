'use client';

import type { ReactNode } from 'react';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { Menu, MenuItem } from '../../parts/menu.tsx';
import { useWords } from '../../words/use-words.ts';
import { choicesWith, chosenModel, knowledgeName, type Choices } from './choices.ts';
import { loadOptions, useOptions, type Options } from './use-options.ts';
import { choicesWords } from './words.ts';

type Offer = (Options & { state: 'done' })['offer'];

export interface PickersProps {
  readonly choices: Choices;
  readonly onChoose: (changes: Partial<Choices>) => void;
}

/** What helps the model: tools, and a knowledge base. An agent has its own. */
export function HelpPickers({ choices, onChoose }: PickersProps): ReactNode {
  const words = useWords(choicesWords);
  const { agent, tools = [] } = choices;
  const knowledge = knowledgeName(choices);
  if (agent !== undefined) {
    return <Chip icon="bolt" name={agent} onRemove={() => onChoose({ agent: undefined })} />;
  }
  return (
    <>
      <ToolsPicker tools={tools} onChoose={onChoose} />
      {tools.map((name) => (
        <Chip
          key={name}
          icon="plug"
          name={name}
          onRemove={() => onChoose({ tools: tools.filter((each) => each !== name) })}
        />
      ))}
      {knowledge === undefined ? (
        <KnowledgePicker onChoose={onChoose} label={words.knowledge} />
      ) : (
        <Chip
          icon="book"
          name={knowledge}
          onRemove={() => onChoose({ knowledge_base: undefined })}
        />
      )}
    </>
  );
}

interface ToolsPickerProps {
  readonly tools: readonly string[];
  readonly onChoose: PickersProps['onChoose'];
}

function ToolsPicker({ tools, onChoose }: ToolsPickerProps): ReactNode {
  const words = useWords(choicesWords);
  const options = useOptions();
  const toggle = (name: string): void => {
    const others = tools.filter((each) => each !== name);
    onChoose({ tools: others.length < tools.length ? others : [...tools, name] });
  };
  return (
    <Menu className="pick" label={words.tools} trigger={<Label icon="plug" text={words.tools} />}>
      <Loaded options={options}>
        {({ tools: offered }) =>
          offered.length === 0 ? (
            <p className="menu-note">{words.noTools}</p>
          ) : (
            offered.map(({ name, description, needs_approval: asks }) => (
              <MenuItem key={name} isChecked={tools.includes(name)} onSelect={() => toggle(name)}>
                <Described
                  name={name}
                  {...(asks ? { text: words.needsApproval } : description && { text: description })}
                />
              </MenuItem>
            ))
          )
        }
      </Loaded>
    </Menu>
  );
}

interface KnowledgePickerProps {
  readonly label: string;
  readonly onChoose: PickersProps['onChoose'];
}

function KnowledgePicker({ label, onChoose }: KnowledgePickerProps): ReactNode {
  const words = useWords(choicesWords);
  const options = useOptions();
  return (
    <Menu className="pick" label={label} trigger={<Label icon="book" text={label} />}>
      <Loaded options={options}>
        {({ knowledge_bases: offered }) =>
          offered.length === 0 ? (
            <p className="menu-note">{words.noKnowledge}</p>
          ) : (
            offered.map(({ name, description }) => (
              <MenuItem
                key={name}
                isChecked={false}
                onSelect={() => onChoose({ knowledge_base: name })}
              >
                <Described name={name} {...(description && { text: description })} />
              </MenuItem>
            ))
          )
        }
      </Loaded>
    </Menu>
  );
}

interface ModelPickerProps extends PickersProps {
  /** Opens the settings of the conversation. */
  readonly onOpenSettings: () => void;
}

/** A phone has no room for it. */
const maker = 'Claude ';

/** Who answers: a model or an agent; and how. */
export function ModelPicker({ choices, onChoose, onOpenSettings }: ModelPickerProps): ReactNode {
  const words = useWords(choicesWords);
  const options = useOptions();
  const { agent, model, system, inference, effort } = choices;
  const models = options.state === 'done' ? options.offer.models : [];
  const name = agent ?? chosenModel(models, model)?.name ?? model ?? words.model;
  const hasSettings = [system, inference, effort].some((setting) => setting !== undefined);
  const label = `${words.model}: ${name}`;
  return (
    <Menu
      className={hasSettings ? 'pick on' : 'pick'}
      label={hasSettings ? `${label}. ${words.settingsOn}` : label}
      trigger={
        <>
          <span className="pick-name">
            {name.startsWith(maker) && <span className="only-desk">{maker}</span>}
            {name.startsWith(maker) ? name.slice(maker.length) : name}
          </span>
          <Icon name="fold" size="small" />
        </>
      }
    >
      <Loaded options={options}>
        {(offer) => <ModelItems offer={offer} choices={choices} onChoose={onChoose} />}
      </Loaded>
      <hr />
      <MenuItem icon="settings" onSelect={onOpenSettings}>
        {words.settings}
      </MenuItem>
    </Menu>
  );
}

interface ModelItemsProps extends PickersProps {
  readonly offer: Offer;
}

function ModelItems({ offer, choices, onChoose }: ModelItemsProps): ReactNode {
  const words = useWords(choicesWords);
  const { models, agents } = offer;
  const { agent, model } = choices;
  const current = chosenModel(models, model);
  return (
    <>
      {models.map((each) => (
        <MenuItem
          key={each.id}
          isChecked={agent === undefined && each.id === current?.id}
          onSelect={() => onChoose(choicesWith(each, choices))}
        >
          {each.name}
        </MenuItem>
      ))}
      {agents.length > 0 && <p className="menu-note">{words.agents}</p>}
      {agents.map(({ name }) => (
        <MenuItem key={name} isChecked={agent === name} onSelect={() => onChoose({ agent: name })}>
          {name}
        </MenuItem>
      ))}
    </>
  );
}

interface LoadedProps {
  readonly options: Options;
  readonly children: (offer: Offer) => ReactNode;
}

function Loaded({ options, children }: LoadedProps): ReactNode {
  const words = useWords(choicesWords);
  switch (options.state) {
    case 'loading':
      return <p className="menu-note">{words.loading}</p>;
    case 'failed':
      return (
        <>
          <p className="menu-note">{words.failed}</p>
          <MenuItem icon="again" onSelect={loadOptions}>
            {words.tryAgain}
          </MenuItem>
        </>
      );
    case 'done':
      return children(options.offer);
  }
}

function Label({ icon, text }: { readonly icon: IconName; readonly text: string }): ReactNode {
  return (
    <>
      <Icon name={icon} size="small" />
      <span className="only-desk">{text}</span>
    </>
  );
}

function Described({ name, text }: { readonly name: string; readonly text?: string }): ReactNode {
  return (
    <>
      {name}
      {text !== undefined && <small className="menu-hint">{text}</small>}
    </>
  );
}

interface ChipProps {
  readonly icon: IconName;
  readonly name: string;
  readonly onRemove: () => void;
}

/** Something that is on, and how to turn it off. */
function Chip({ icon, name, onRemove }: ChipProps): ReactNode {
  const words = useWords(choicesWords);
  return (
    <button type="button" className="pick on" aria-label={words.remove(name)} onClick={onRemove}>
      <Icon name={icon} size="small" />
      <span className="pick-name">{name}</span>
      <Icon name="close" size="small" />
    </button>
  );
}
