import type { ArrayMemberIR, MemberIR, RecordsMemberIR } from '../../../ir/structs.js';
import { isFixed } from '../../../ir/structs.js';
import { comment, doc } from '../docs.js';
import { a } from '../lines.js';
import type { Statement } from '../render.js';
import { countedBy, elementOf, needsEnd, type ShapeModel } from './shape-model.js';
import { type Node, treeOf } from './tree.js';

/** `Fields`, which `decode` makes, and `FieldsInput`, which `encode_fields` takes. */
export function shapeInterfaces(model: ShapeModel): Statement[] {
  const nodes = treeOf(model.ir.fields);
  const made = [
    ...comment(`The fields of ${a(model.ir.key)}, owned: nothing in it refers to the buffer it was read from.`),
    'export interface Fields {',
    ...nodes.flatMap((node) => made_(model, node)).map((line) => `  ${line}`),
    '}',
  ];
  const taken = [
    ...comment(doc('What encode_fields takes. Reserved values and counts may be left out.')),
    'export interface FieldsInput {',
    ...nodes.flatMap((node) => takenBy(model, node)).map((line) => `  ${line}`),
    '}',
  ];
  return [(writer) => void writer.write(made.join('\n')).newLine().blankLine().write(taken.join('\n'))];
}

function made_(model: ShapeModel, node: Node): string[] {
  const made = (inner: Node): string[] => made_(model, inner);
  if (node.kind === 'group') return nested(node.name, node.nodes.flatMap(made), '');
  const { member, name } = node;
  const text = comment(doc(member.doc));
  switch (member.kind) {
    case 'int':
      if (member.bits.length > 0)
        return [
          ...text,
          ...nested(
            name,
            member.bits.flatMap((b) => [...comment(doc(b.doc)), `${b.name}: number;`]),
            '',
          ),
        ];
      return [...text, `${name}: ${member.type === 'u64' ? 'bigint' : 'number'};`];
    case 'ints':
      return [...text, `${name}: ${member.type === 'u64' ? 'bigint' : 'number'}[];`];
    case 'bytes':
      return [...text, `${name}: Uint8Array;`];
    case 'structs':
      return [...text, `${name}: ${elementOf(model, member).type}[];`];
    case 'records': {
      const [only] = member.fields;
      if (only?.name === '' && only.kind === 'bytes') return [...text, `${name}: Uint8Array[];`];
      return [...text, ...nested(name, elementNodes(member).flatMap(made), '[]')];
    }
  }
}

/** A nameless word of bits is its own element. */
function elementNodes(records: RecordsMemberIR): readonly Node[] {
  const [only] = records.fields;
  if (only?.name !== '' || only.kind !== 'int') return treeOf(records.fields);
  return only.bits.map((bits): Node => ({ kind: 'member', name: bits.name, member: bitAsMember(only, bits) }));
}

const bitAsMember = (word: MemberIR & { kind: 'int' }, bits: (typeof word)['bits'][number]): MemberIR => ({
  ...word,
  // A group of bits is a number, whatever the word is.
  type: 'u32',
  bits: [],
  reserved: bits.reserved,
  doc: bits.doc,
});

const nested = (name: string, lines: readonly string[], suffix: string): string[] => [
  `${name}: {`,
  ...lines.map((line) => `  ${line}`),
  `}${suffix};`,
];

/** Whether everything at a node may be left out. */
function isOptional(model: ShapeModel, node: Node): boolean {
  if (node.kind === 'group') return node.nodes.every((inner) => isOptional(model, inner));
  const { member } = node;
  if (member.kind === 'int') return member.reserved || countedBy(model, member) !== undefined;
  return member.reserved && isFixed(member.count);
}

function takenBy(model: ShapeModel, node: Node): string[] {
  const mark = isOptional(model, node) ? '?' : '';
  const name = `readonly ${node.name}${mark}`;
  if (node.kind === 'group')
    return nested(
      name,
      node.nodes.flatMap((inner) => takenBy(model, inner)),
      '',
    );
  const { member } = node;
  switch (member.kind) {
    case 'int':
      if (member.bits.length > 0)
        return nested(
          name,
          member.bits.map((b) => `readonly ${b.name}${b.reserved ? '?' : ''}: number;`),
          '',
        );
      return [`${name}: ${member.type === 'u64' ? 'bigint' : 'number'};`];
    case 'ints':
      return [`${name}: ArrayLike<${member.type === 'u64' ? 'bigint' : 'number'}>;`];
    case 'bytes':
      return [`${name}: Uint8Array;`];
    case 'structs':
      return [`${name}: ArrayLike<${elementOf(model, member).input}>;`];
    case 'records': {
      const [only] = member.fields;
      if (only?.name === '' && only.kind === 'bytes') return [`${name}: ArrayLike<Uint8Array>;`];
      const lines = elementNodes(member).flatMap((inner) => takenBy(model, inner));
      return [`${name}: ArrayLike<{`, ...lines.map((line) => `  ${line}`), '}>;'];
    }
  }
}

/** The object literal of all fields, one reader call per line. */
export function shapeLiteral(model: ShapeModel): string[] {
  const { names } = model;
  const args = (member: MemberIR): string => (needsEnd(model, member) ? 'view, p, end' : 'view, p');
  const value = (node: Node, taking: string | null): string[] => {
    if (node.kind === 'group')
      return literal(
        node.name,
        node.nodes.flatMap((inner) => value(inner, taking)),
        '',
        '',
      );
    const { member, name } = node;
    const given = taking ?? args(member);
    switch (member.kind) {
      case 'int':
        if (member.bits.length > 0)
          return literal(
            name,
            member.bits.map((b) => `${b.name}: ${names.of(b)}(${given}),`),
            '',
            '',
          );
        return [`${name}: ${names.of(member)}(${given}),`];
      case 'bytes': {
        const whole = taking ?? ('rest' in member.count ? 'view, p, end' : given);
        return [`${name}: ${names.derived(member).view}(${whole}).slice(),`];
      }
      case 'ints': {
        const { count = '', at = '' } = names.derived(member);
        if (taking !== null && isFixed(member.count))
          return [`${name}: Array.from({ length: ${member.count.fixed} }, (_, j) => ${at}(${taking}, j)),`];
        const whole = counting(member, given);
        return [`${name}: Array.from({ length: ${count}(${whole}) }, (_, i) => ${at}(${given}, i)),`];
      }
      case 'structs':
        return [`${name}: ${names.derived(member).list}(${'rest' in member.count ? 'view, p, end' : given}),`];
      case 'records': {
        const { count = '' } = names.derived(member);
        const whole = counting(member, given);
        const head = `Array.from({ length: ${count}(${whole}) }, (_, i) => `;
        const [only] = member.fields;
        if (only?.name === '' && only.kind === 'bytes')
          return [`${name}: ${head}${names.derived(only).view}(${given}, i).slice()),`];
        const element =
          only?.name === '' && only.kind === 'int'
            ? only.bits.map((b) => `${b.name}: ${names.of(b)}(${given}, i),`)
            : treeOf(member.fields).flatMap((inner) => value(inner, `${given}, i`));
        return literal(name, element, `${head}(`, '))');
      }
    }
  };
  return treeOf(model.ir.fields).flatMap((node) => value(node, null));
}

/** What the function takes that tells the number of elements: a fixed one is the same wherever the array lies. */
const counting = ({ count }: ArrayMemberIR, given: string): string =>
  'rest' in count ? 'view, p, end' : isFixed(count) ? 'view, p' : given;

const literal = (name: string, lines: readonly string[], before: string, after: string): string[] => [
  `${name}: ${before}{`,
  ...lines.map((line) => `  ${line}`),
  `}${after},`,
];
