import { Compile, Helper, parse } from 'velocityjs';
import { runWithin } from '#local/process/run-within.ts';
import { asText } from '#local/wire/shape.ts';
import { javaMethods } from '#local/rest-api/integration/velocity-methods.ts';

type Node = ReturnType<typeof parse>[number];

const ownVariables: ReadonlySet<string> = new Set(['context', 'stageVariables']);

interface Step {
  readonly type: string;
  readonly id: unknown;
}

/** Not among velocityjs's types. */
const inherited: unknown = Reflect.get(Compile.prototype, 'getAttributes');

/** Velocity with Java's methods, its null and its division of integers. */
class Template extends Compile {
  /**
   * velocityjs writes `null` for a null. Velocity writes nothing after `$!`, else the reference. API
   * Gateway writes nothing for what its own variables do not have.
   */
  protected override getReferences(node: Node, isWritten?: boolean): string {
    const value = super.getReferences(node, isWritten);
    if (isWritten !== true || !('leader' in node)) return value;
    const text = Helper.getRefText(node);
    const isOwn = 'id' in node && ownVariables.has(node.id);
    if (isOwn && (isNull(value) || value === text)) return '';
    if (!isNull(value)) return value;
    return node.leader === '$!' ? '' : text;
  }

  protected override getExpression(node: Node): string {
    if (!('operator' in node)) return super.getExpression(node);
    const { operator, expression } = node;
    if (!['/', '==', '!='].includes(operator)) return super.getExpression(node);
    const [left, right] = expression.map((part): unknown => this.getExpression(part));
    if (operator !== '/') {
      return this.getLiteral({
        type: 'bool',
        value: isSame(left, right) === (operator === '==') ? 'true' : 'false',
      });
    }
    const isWhole = Number.isInteger(left) && Number.isInteger(right);
    const value = String(Number(left) / Number(right));
    return this.getLiteral({ type: isWhole ? 'integer' : 'decimal', value });
  }

  /**
   * velocityjs calls this for each step of a reference. Of Java's lists and texts, `isEmpty` is the
   * only property.
   */
  getAttributes(step: Step, target: unknown, node: Node): unknown {
    const isSequence = typeof target === 'string' || Array.isArray(target);
    if (step.type === 'property' && isSequence)
      return step.id === 'empty' ? target.length === 0 : undefined;
    return typeof inherited === 'function'
      ? (Reflect.apply(inherited, this, [step, target, node]) as unknown)
      : undefined;
  }

  /** velocityjs does not leave a loop over a map: its variables and its `#break` would remain. */
  protected override getBlock(block: Node[]): string {
    const depth = this.conditions.length;
    const rendered = super.getBlock(block);
    if (block[0]?.type !== 'foreach') return rendered;
    this.conditions.splice(0, this.conditions.length - depth);
    this.contextId = this.conditions[0] ?? '';
    this.runState.break = false;
    return rendered;
  }
}

/** Values of different types are the same if their texts are, and what does not exist is empty. */
function isSame(left: unknown, right: unknown): boolean {
  const isObject = [left, right].some((value) => typeof value === 'object' && value !== null);
  return isObject ? left === right : (asText(left) ?? '') === (asText(right) ?? '');
}

function isNull(value: unknown): boolean {
  return value === null;
}

/**
 * Renders a template in the Velocity language as API Gateway does. Throws if that takes too long:
 * loops can be in loops, and regular expressions can backtrack.
 */
export function renderVelocity(template: string, variables: object): string {
  return runWithin('The template', () => {
    const nodes = parse(template);
    return new Template(nodes, { customMethodHandlers: [javaMethods] }).render({ ...variables });
  });
}
