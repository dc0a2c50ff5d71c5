import type { Declared } from '@virtio-wire/generator/c';

/** Fields of a vector as C statements over the structs of an emitted header. */
export interface Written {
  readonly statements: readonly string[];
  /** Fields no statement reaches. */
  readonly missed: readonly string[];
}

type Member = Declared['laid']['members'][number];
type Int = Member & { readonly kind: 'int' };

const isInt = (m: Member | undefined): m is Int => m?.kind === 'int';

/** Every member by its path, those of elements with `[]`. */
function membersOf(members: readonly Member[], at = ''): Map<string, Member> {
  const found = new Map<string, Member>();
  for (const m of members) {
    found.set(at + m.name, m);
    if (m.kind === 'records') for (const [k, v] of membersOf(m.fields, `${at}${m.name}[].`)) found.set(k, v);
  }
  return found;
}

/**
 * Writes `fields` through `s`, a pointer to the struct, and `b`, the same bytes: what stands behind an array of variable
 * size has no member, only a macro that tells its offset. Vectors of layouts spell text as it is.
 */
export function writeFields(
  declared: Declared,
  fields: Readonly<Record<string, unknown>>,
  text: 'hexadecimal' | 'text',
): Written {
  const { laid, tree, macro } = declared;
  const members = membersOf(laid.members);
  const header = laid.header === null ? new Map<string, Member>() : membersOf(laid.header.members);
  const statements: string[] = [];
  const missed: string[] = [];
  const bytesOf = (array: string): number => {
    const member = members.get(array);
    if (member === undefined || member.kind === 'int') return 0;
    const elements = Object.keys(fields).flatMap((k) => (k.startsWith(`${array}[`) ? [k.split(']')[0]] : []));
    return new Set(elements).size * ('elementSize' in member ? (member.elementSize ?? 0) : 1);
  };
  const placed = (m: Member): string => {
    const call = m.after === null ? '' : `(${bytesOf(m.after)}u)`;
    return `b + ${macro}_${m.name.replaceAll(/\W/g, '_').toUpperCase()}_OFFSET${call}`;
  };

  for (const [key, value] of Object.entries(fields)) {
    const path = key.replaceAll(/\[\d+\]/g, '[]');
    const indices = [...key.matchAll(/\[(\d+)\]/g)].map((m) => m[1]);
    const reached = (c: string): string => {
      let i = 0;
      return `s->${c.replaceAll('[]', () => `[${indices[i++] ?? 0}]`)}`;
    };
    const inHeader = path.startsWith('header.') ? header.get(path.slice('header.'.length)) : undefined;
    if (isInt(inHeader)) {
      statements.push(assign(`s->header.${inHeader.name}`, inHeader, value));
      continue;
    }
    const c = tree.paths.get(path) ?? tree.paths.get(`${path}.`);
    const member = members.get(path) ?? members.get(`${path}.`);
    const whole = path.replace(/\[\]$/, '');
    const [word = '', bits = ''] = splitLast(path);
    const parent = [word, `${word}.`]
      .map((p) => [members.get(p), tree.paths.get(p), p] as const)
      .find(([m]) => isInt(m));
    if (member !== undefined && c !== undefined) statements.push(...assignMember(reached(c), member, value, text));
    else if (path !== whole && members.get(whole)?.kind === 'ints' && tree.paths.has(whole))
      statements.push(assign(reached(`${tree.paths.get(whole)}[]`), members.get(whole) as Member, value));
    else if (parent?.[1] !== undefined && isInt(parent[0])) {
      const name = `${macro}_${word.replaceAll('[]', '').replaceAll(/\W/g, '_').toUpperCase()}_${bits.toUpperCase()}`;
      statements.push(`${reached(parent[1])} |= ((${value}ull << ${name}_SHIFT) & ${name}_MASK);`);
    } else if (path !== whole && isLooseInts(members.get(whole))) {
      const array = members.get(whole) as Member & { readonly kind: 'ints' };
      statements.push(
        `put(${placed(array)} + ${Number(indices.at(-1)) * array.elementSize}, ${array.elementSize}, ${value}ull);`,
      );
    } else if (isInt(member)) statements.push(`put(${placed(member)}, ${member.size}, ${value}ull);`);
    else if (member?.kind === 'bytes' && typeof value === 'string') {
      if (value !== '') statements.push(`hex(${placed(member)}, "${value}");`);
    } else if (!(word in fields) && !Object.keys(fields).some((k) => isPartOf(path, members.get(k)))) missed.push(key);
  }
  return { statements, missed };
}

const isLooseInts = (m: Member | undefined): boolean => m?.kind === 'ints';

/** A word stands beside its groups of bits in the vectors of messages. */
const isPartOf = (name: string, word: Member | undefined): boolean =>
  isInt(word) && word.bits.some((b) => b.name === name);

const splitLast = (path: string): [string, string] => {
  const at = path.lastIndexOf('.');
  return at === -1 ? ['', path] : [path.slice(0, at), path.slice(at + 1)];
};

function assignMember(c: string, member: Member, value: unknown, text: 'hexadecimal' | 'text'): string[] {
  if (member.kind === 'int') return [assign(c, member, value)];
  if (Array.isArray(value)) return value.map((v, i) => assign(`${c}[${i}]`, member, v));
  if (value === '') return [];
  return [
    member.kind === 'bytes' && member.format === text
      ? `memcpy(${c}, "${value}", sizeof "${value}" - 1);`
      : `hex((unsigned char *)${c}, "${value}");`,
  ];
}

/** The host is little-endian, see the program's first line. */
function assign(c: string, member: Member, value: unknown): string {
  const type = 'type' in member ? member.type : '';
  if (type === 'u24') return `put(${c}, 3, ${value}ull);`;
  if (type === 's32') return `${c} = (int32_t)${value}ll;`;
  if (type === 'be16' || type === 'be32') return `${c} = __builtin_bswap${type.slice(2)}(${value}ull);`;
  return `${c} = ${value}ull;`;
}

/** A program that prints the bytes of each case as hexadecimal digits, a line each. */
export const program = (
  includes: readonly string[],
  cases: readonly { type: string; size: number; statements: readonly string[] }[],
): string =>
  [
    '#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__',
    '#error "written for a little-endian host"',
    '#endif',
    '#include <stdio.h>',
    '#include <stdlib.h>',
    '#include <string.h>',
    ...includes.map((file) => `#include "${file}"`),
    'static void put(unsigned char *p, int n, unsigned long long v) { while (n--) { *p++ = (unsigned char)v; v >>= 8; } }',
    'static void hex(unsigned char *p, const char *t) {',
    '  for (; *t != 0; t += 2) { char two[3] = { t[0], t[1], 0 }; *p++ = (unsigned char)strtoul(two, 0, 16); }',
    '}',
    'static void show(unsigned char *b, size_t n) {',
    '  for (size_t i = 0; i < n; i++) printf("%02x", b[i]);',
    '  putchar(10);',
    '  free(b);',
    '}',
    ...cases.flatMap(({ type, size, statements }, i) => [
      `static void case_${i}(void) {`,
      // What varies lies behind sizeof: there must be room for all of it.
      `  unsigned char *b = calloc(1, sizeof(struct ${type}) > ${size} ? sizeof(struct ${type}) : ${size});`,
      `  struct ${type} *s = (struct ${type} *)b;`,
      '  (void)s;',
      ...statements.map((line) => `  ${line}`),
      `  show(b, ${size});`,
      '}',
    ]),
    'int main(void) {',
    ...cases.map((_, i) => `  case_${i}();`),
    '  (void)put;',
    '  (void)hex;',
    '  return 0;',
    '}',
    '',
  ].join('\n');
