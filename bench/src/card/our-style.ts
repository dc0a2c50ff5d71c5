import type { BodyIR, DialectIR, IntFieldIR } from '@virtio-wire/generator';
import { readerNames } from '@virtio-wire/generator/typescript';
import { decoderSource } from './decoder.js';
import { groupsOf, headerKey, isArgument, isGiven } from './values.js';

/**
 * Source of a function that decodes as the README says to in a hot loop: `check`, and then a function per field, all of them
 * taken out of their modules once (`body` and `header` are their exports). A u64 is a bigint, as in the baseline.
 */
export function ourDecoderSource(ir: DialectIR, body: BodyIR): string {
  const names = readerNames(ir, body);
  const words = [...new Set(names.header.map(({ word }) => word))];
  const picker = (field: IntFieldIR): string => {
    const { name, word } = names.header.find((h) => h.field === field)!;
    return `header_${name}(w${words.indexOf(word)})`;
  };
  const used = new Set<string>();
  const call = (name: string): string => {
    used.add(name);
    return `body_${name}`;
  };
  const source = decoderSource(ir, body, {
    parameters: 'v, p, end',
    before: [
      `if (${call('check')}(v, p, end) !== 0) return -1;`,
      ...words.map((word, i) => `const w${i} = header_${word}(v, p);`),
    ],
    header: picker,
    int: (field) => `${call(names.of(field))}(v, p)`,
    part: (_field, bits) => `${call(names.of(bits))}(v, p)`,
    length: (field) => `${call(names.derived(field)[field.kind === 'ints' ? 'count' : 'length']!)}(v, p)`,
    loop: (field, n) => [`for (let i = 0, m = ${n}; i < m; i++)`, `${call(names.derived(field).at!)}(v, p, i)`],
    start: (field) => `${call(names.derived(field).offset!)}(p)`,
  });
  const headers = [...names.header.map(({ name }) => name), ...words];
  return withFunctions({ body: used, header: headers }, source);
}

/** Source of a function that hands a record to the generated encoder. */
export function ourEncoderSource(ir: DialectIR, body: BodyIR): string {
  const header = ir.header.filter(isArgument).map((field) => headerKey(body, field));
  const fields = body.fields
    .filter((field) => isGiven(body, field))
    .flatMap((field) => {
      const groups = field.kind === 'int' ? groupsOf(field) : [];
      return groups.length > 0 ? groups.map(({ name }) => name) : [field.name];
    });
  const given = [...header, ...fields].map((key) => `r.${key}`);
  return withFunctions({ body: ['encode'] }, `(v, p, r) => body_encode(${['v', 'p', ...given].join(', ')})`);
}

/** An expression that takes functions out of their modules once, and is then the function of `source`. */
function withFunctions(modules: Readonly<Record<string, Iterable<string>>>, source: string): string {
  const taken = Object.entries(modules).map(([module, names]) => {
    const list = [...names].map((name) => `${name}: ${module}_${name}`);
    return `const { ${list.join(', ')} } = ${module};`;
  });
  return `(() => { ${taken.join(' ')} return ${source}; })()`;
}
