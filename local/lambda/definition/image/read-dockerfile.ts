import {
  Copy,
  DockerfileParser,
  From,
  JSONInstruction,
  PropertyInstruction,
  type Instruction,
} from 'dockerfile-ast';

/** What a Dockerfile makes of its base, in one of its stages. */
export interface ImageRecipe {
  /** The image it begins with, such as `public.ecr.aws/lambda/python:3.13`. */
  readonly base: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly copies: readonly ImageCopy[];
  readonly entryPoint: ImageCommand | undefined;
  readonly command: ImageCommand | undefined;
  /** The commands that run while the image is built. */
  readonly runs: readonly string[];
}

export interface ImageCopy {
  /** The image or the stage that it copies from, if not from the folder of the build. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
}

/** A command as a list of words, or a line for the shell. */
export type ImageCommand =
  | { readonly type: 'words'; readonly words: readonly string[] }
  | { readonly type: 'line'; readonly line: string };

/**
 * Reads the last stage of a Dockerfile, or the one that is named `target`, with the stages that it
 * begins with. Throws an error that says what is missing.
 */
export function readDockerfile(text: string, target?: string): ImageRecipe {
  const stages = stagesOf(DockerfileParser.parse(text).getInstructions());
  const named = stages.find(({ name }) => name === target);
  const last = target === undefined ? stages.at(-1) : named;
  if (last === undefined) throw new Error(`has no stage ${target ?? 'with FROM'}`);
  const { base, instructions } = withBases(last, stages);
  const ofKind = (...kinds: readonly string[]): readonly Instruction[] =>
    instructions.filter((each) => kinds.includes(each.getKeyword()));
  return {
    base,
    environment: Object.fromEntries(ofKind('ENV').flatMap(variablesOf)),
    copies: ofKind('COPY', 'ADD').map(copyOf),
    entryPoint: lastCommand(ofKind('ENTRYPOINT')),
    command: lastCommand(ofKind('CMD')),
    runs: ofKind('RUN').map((each) => each.getRawArgumentsContent() ?? ''),
  };
}

interface Stage {
  readonly name: string | undefined;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const starts = instructions.filter((each) => each instanceof From);
  return starts.map((start, index) => {
    const next = starts[index + 1];
    const end = next === undefined ? instructions.length : instructions.indexOf(next);
    return {
      name: start.getBuildStage() ?? undefined,
      base: start.getImage() ?? '',
      instructions: instructions.slice(instructions.indexOf(start) + 1, end),
    };
  });
}

/** A stage may begin with an earlier one. */
function withBases(stage: Stage, stages: readonly Stage[]): Omit<Stage, 'name'> {
  const earlier = stages.slice(0, stages.indexOf(stage));
  const before = earlier.findLast(({ name }) => name === stage.base);
  if (before === undefined) return stage;
  const { base, instructions } = withBases(before, stages);
  return { base, instructions: [...instructions, ...stage.instructions] };
}

function variablesOf(instruction: Instruction): readonly (readonly [string, string])[] {
  if (!(instruction instanceof PropertyInstruction)) return [];
  return instruction.getProperties().map((each) => [each.getName(), each.getValue() ?? '']);
}

function copyOf(instruction: Instruction): ImageCopy {
  const from = instruction instanceof Copy ? instruction.getFromFlag()?.getValue() : undefined;
  return { from: from ?? undefined, sources: wordsOf(instruction).slice(0, -1) };
}

function wordsOf(instruction: Instruction): readonly string[] {
  const json = instruction instanceof JSONInstruction ? instruction.getJSONStrings() : [];
  return json.length > 0
    ? json.map((each) => each.getJSONValue())
    : instruction.getArguments().map((each) => each.getValue());
}

/** The last of several commands counts. An empty list is none. */
function lastCommand(instructions: readonly Instruction[]): ImageCommand | undefined {
  const instruction = instructions.at(-1);
  const line = instruction?.getRawArgumentsContent() ?? '';
  if (!(instruction instanceof JSONInstruction) || line.trim() === '[]') return undefined;
  return line.startsWith('[')
    ? { type: 'words', words: wordsOf(instruction) }
    : { type: 'line', line };
}
