import type { MemberCountIR, StructIR, StructsMemberIR } from '../../ir/structs.js';
import { chosenBy, varies } from '../../ir/structs.js';
import type { Path } from '../../read/source-file.js';
import { placeOf } from '../check-fields.js';
import type { FieldsContext } from '../fields-context.js';

type Common = Omit<StructsMemberIR, 'kind' | 'struct' | 'elementSize' | 'least'>;

/** An array whose elements are structs of their own, or null where no walk could find the next one (and it is reported). */
export function layElement(
  struct: StructIR,
  common: Common & { readonly count: MemberCountIR },
  path: Path,
  context: FieldsContext,
): StructsMemberIR | null {
  const place = placeOf(context, [...path, 'type']);
  const { choice, name, shapes } = struct;
  const own =
    choice.by === 'none' ? shapes.slice(0, 1) : shapes.filter((s) => chosenBy(choiceOf(struct)).includes(s.key));
  const sizes = new Set(own.map((shape) => shape.maxSize));
  const least = Math.min(...own.map((shape) => shape.minSize));
  const [only = null] = sizes.size === 1 ? sizes : [];
  const refuse = (code: 'VW303' | 'VW309' | 'VW311', text: string, hint: string): null => {
    context.report.add(code, place, `an array of "${name}": ${text}`, { hint });
    return null;
  };
  if (choice.by === 'size' || choice.by === 'request')
    return refuse('VW311', 'nothing in an element tells its shape', 'give its elements a tag of their own');
  if (choice.by === 'tag' && !isTotal(choice))
    return refuse('VW311', 'an element whose tag chooses no arm would hide the others', 'give its union a default arm');
  if (own.some((shape) => shape.fields.some((m) => varies(m) && 'rest' in m.count)) || (only === null && least === 0))
    return refuse('VW303', 'nothing in an element tells where it ends', 'count its last array by a field');
  if (only === null && !('rest' in common.count))
    return refuse('VW309', 'elements that differ in size are not counted yet', 'let them run to the end: [...]');
  return { ...common, kind: 'structs', struct: name, elementSize: only, least };
}

const choiceOf = ({ choice }: StructIR) => (choice.by === 'tag' || choice.by === 'request' ? choice : null);

/** Whether every value of every tag chooses a shape. */
const isTotal = (chosen: NonNullable<ReturnType<typeof choiceOf>>): boolean =>
  chosen.otherwise !== null &&
  [chosen.otherwise, ...chosen.cases.map((c) => c.shape)].every((then) => typeof then === 'string' || isTotal(then));
