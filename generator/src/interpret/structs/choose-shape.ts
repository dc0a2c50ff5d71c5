import type { IntMemberIR, MemberIR, ShapeIR, StructIR, TagChoiceIR } from '../../ir/structs.js';
import { chosenBy } from '../../ir/structs.js';
import { readInt } from '../int.js';
import { type WireError, wireError } from '../wire-error.js';
import type { FamilyIndex } from './family-index.js';

/** Bytes that leave open which shape they have, and the members they have in any case. */
export interface Undecided {
  readonly error: WireError;
  /** In wire order, from the start of the struct: what is the same in all shapes that are left. */
  readonly settled: { readonly shape: ShapeIR; readonly members: readonly MemberIR[] };
}

/** The shape these bytes have; the one that needs the fewest where they are too few for any. */
export function chooseShape(index: FamilyIndex, struct: StructIR, view: DataView, got: number): ShapeIR | Undecided {
  const { choice } = struct;
  const shapeOf = (key: string | undefined): ShapeIR => index.shape(key ?? '') ?? (struct.shapes[0] as ShapeIR);
  if (choice.by === 'none') return shapeOf(struct.shapes[0]?.key);
  if (choice.by === 'size') {
    const fitting = choice.shapes.filter((key) => shapeOf(key).minSize <= got);
    return shapeOf(fitting.at(-1) ?? choice.shapes[0]);
  }
  return chooseByTag(struct, choice, shapeOf, view, got);
}

function chooseByTag(
  struct: StructIR,
  choice: TagChoiceIR,
  shapeOf: (key: string | undefined) => ShapeIR,
  view: DataView,
  got: number,
): ShapeIR | Undecided {
  const left = chosenBy(choice);
  const first = shapeOf(left[0]);
  if (choice.by === 'request') {
    const names = left.join(', ');
    const what = `${choice.tag} of the request tells the shape of ${struct.name}, not its bytes: ask for one of ${names}`;
    const error = wireError('ambiguous', what, choice.tag, 0, names, struct.name);
    return { error, settled: { shape: first, members: sharedBy(left.map(shapeOf)) } };
  }
  const tag = first.fields.find((f): f is IntMemberIR => f.kind === 'int' && f.name === choice.tag);
  if (tag === undefined || got < tag.offset + tag.size) return first;
  const value = Number(readInt(view, tag.offset, tag.type));
  const then = choice.cases.find((c) => c.values.includes(value))?.shape ?? choice.otherwise;
  if (typeof then === 'string') return shapeOf(then);
  if (then !== null) return chooseByTag(struct, then, shapeOf, view, got);
  const known = choice.cases.flatMap((c) => c.values).join(', ');
  const error = wireError(
    'unknown_arm',
    `${choice.tag} of ${struct.name} is ${value}, which chooses no arm (known: ${known})`,
    choice.tag,
    tag.offset,
    known,
    value,
  );
  return { error, settled: { shape: first, members: first.fields.slice(0, first.fields.indexOf(tag) + 1) } };
}

/** The members before the first one that is not the same in every shape. */
function sharedBy(shapes: readonly ShapeIR[]): readonly MemberIR[] {
  const [first, ...others] = shapes.map((shape) => shape.fields.map((member) => JSON.stringify(member)));
  const differs = (first ?? []).findIndex((member, i) => others.some((fields) => fields[i] !== member));
  return (shapes[0]?.fields ?? []).slice(0, differs < 0 ? undefined : differs);
}
