import type { IntType } from '../../ir/types.js';
import type { FieldsContext } from '../fields-context.js';
import type { ShapeBuilder } from './shape-builder.js';
import { type Arms, armsOf, checkUnion, checkValues, type FoundUnion, reportTag, valuesOf } from './unions.js';

/** One way through all unions of a struct. */
export interface Leaf {
  readonly arms: Arms;
  /** The arms in the order they come. */
  readonly names: readonly string[];
  readonly docs: readonly string[];
}

/** What chooses among leaves, by their index. */
export type Choosing =
  | number
  | {
      readonly by: 'tag' | 'request';
      readonly tag: string;
      readonly cases: readonly { readonly values: readonly number[]; readonly shape: Choosing }[];
      readonly otherwise: Choosing | null;
    };

/** What is known of a tag where another union has asked for it before: its values, or those it has not. */
type Known = { readonly among: readonly number[] } | { readonly not: readonly number[] };

/** Every way through the unions of a struct, and the tags that tell them apart. */
export function chooseArms(
  unions: (arms: Arms) => readonly FoundUnion[],
  built: (arms: Arms) => ShapeBuilder,
  context: FieldsContext,
): { readonly leaves: readonly Leaf[]; readonly tree: Choosing } {
  const leaves: Leaf[] = [];
  const seen = new Set<string>();
  let asked: string | null = null;
  const explore = (leaf: Leaf, known: ReadonlyMap<string, Known>): Choosing => {
    const union = unions(leaf.arms).find(({ key }) => !leaf.arms.has(key));
    if (union === undefined) {
      // A default that has values as well is one shape, however it is chosen.
      const same = leaves.findIndex(({ arms }) => [...leaf.arms].every(([key, arm]) => arms.get(key) === arm));
      return same >= 0 ? same : leaves.push(leaf) - 1;
    }
    const isNew = !seen.has(union.key);
    seen.add(union.key);
    if (isNew) checkUnion(union, context);
    const fromRequest = union.union.tag.startsWith('request.');
    const tag = fromRequest ? union.union.tag : (tagBefore(union, built(leaf.arms)) ?? null);
    if (tag === null && isNew) reportTag(union, context);
    else if (!fromRequest && isNew) checkValues(union, typeOf(tag ?? '', built(leaf.arms)), context);
    // One answer has one request, and one question about it.
    if (fromRequest && ((known.size > 0 && !known.has(union.union.tag)) || (asked !== null && asked !== tag)) && isNew)
      context.report.add(
        'VW309',
        context.origin.source.place([...union.place, 'union', 'tag']),
        `"${union.union.tag}" tells only part of the shape, which cannot be laid out yet`,
        { hint: 'let the union the request tells come first and be the only one of its kind' },
      );
    if (fromRequest) asked = tag;
    const path = tag ?? union.prefix + union.union.tag;
    const then = (arm: string, values: Known): Choosing =>
      explore(
        {
          arms: new Map([...leaf.arms, [union.key, arm]]),
          names: [...leaf.names, arm],
          docs: [...leaf.docs, union.union.arms[arm]?.doc ?? ''],
        },
        new Map([...known, [path, values]]),
      );
    const ways = waysOf(union, known.get(path));
    const [only] = ways;
    // What an earlier union has found out needs no second look.
    if (ways.length === 1 && only !== undefined && known.has(path)) return then(only.arm, only.known);
    const chosen = ways.map(({ arm, known: values }) => ({ values, next: then(arm, values) }));
    const by = fromRequest ? 'request' : 'tag';
    const name = fromRequest ? path.slice('request.'.length) : path;
    return merged({
      by,
      tag: name,
      cases: chosen.flatMap(({ values, next }) =>
        'among' in values && values.among.length > 0 ? [{ values: values.among, shape: next }] : [],
      ),
      otherwise: chosen.find(({ values }) => 'not' in values)?.next ?? null,
    });
  };
  const tree = explore({ arms: new Map(), names: [], docs: [] }, new Map());
  return { leaves, tree };
}

/** Two unions with the same tag are one question: what the second asks is asked with the first. */
function merged(choice: Exclude<Choosing, number>): Choosing {
  const again = (then: Choosing | null): then is Exclude<Choosing, number> =>
    then !== null && typeof then !== 'number' && then.by === choice.by && then.tag === choice.tag;
  const cases = choice.cases.flatMap((one) => {
    const { values, shape: then } = one;
    const isWhole = again(then) && values.every((value) => then.cases.some((c) => c.values.includes(value)));
    return isWhole ? then.cases : [one];
  });
  if (!again(choice.otherwise)) return { ...choice, cases };
  return { ...choice, cases: [...cases, ...choice.otherwise.cases], otherwise: choice.otherwise.otherwise };
}

/** The arms a union can have, each with what is then known of its tag. */
function waysOf(found: FoundUnion, known: Known | undefined): { readonly arm: string; readonly known: Known }[] {
  const { arms } = found.union;
  const possible = (value: number): boolean =>
    known === undefined || ('among' in known ? known.among.includes(value) : !known.not.includes(value));
  const named = Object.values(arms).flatMap(({ when }) => [...valuesOf(when)]);
  return armsOf(found).flatMap((arm): { arm: string; known: Known }[] => {
    const values = [...valuesOf(arms[arm]?.when)].filter(possible).sort((a, b) => a - b);
    const ways: { arm: string; known: Known }[] = values.length === 0 ? [] : [{ arm, known: { among: values } }];
    // It is there to be asked for, and no value of the tag leads to it.
    if (arms[arm]?.by_name === true) return [{ arm, known: { among: [] } }];
    if (arms[arm]?.default !== true) return ways;
    if (known === undefined) return [...ways, { arm, known: { not: named } }];
    if ('not' in known) return [...ways, { arm, known: { not: [...known.not, ...named] } }];
    const left = known.among.filter((value) => !named.includes(value));
    return left.length === 0 ? ways : [...ways, { arm, known: { among: left } }];
  });
}

const typeOf = (tag: string, builder: ShapeBuilder): IntType | null => {
  const member = builder.find(tag);
  return member?.kind === 'int' ? member.type : null;
};

/** The path of the tag: an integer of fixed place before the union, beside it or around it. */
function tagBefore({ prefix, union, key }: FoundUnion, builder: ShapeBuilder): string | undefined {
  const before = builder.members.slice(0, builder.open.get(key) ?? 0);
  const steps = prefix.split('.').slice(0, -1);
  const paths = steps.map((_, i) => `${steps.slice(0, steps.length - i).join('.')}.${union.tag}`);
  return [...paths, union.tag].find((path) =>
    before.some((m) => m.name === path && m.kind === 'int' && m.after === null),
  );
}
