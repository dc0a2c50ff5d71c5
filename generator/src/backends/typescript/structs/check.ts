import type { MemberIR } from '../../../ir/structs.js';
import { isWalked } from '../../../ir/structs.js';
import { doc, wrap } from '../docs.js';
import { at } from '../expressions.js';
import { a } from '../lines.js';
import { fn, type Statement, VIEW_END } from '../render.js';
import { bytesText, FUNCTION, type Start } from './place.js';
import { elementOf, type ShapeModel, walkedOf } from './shape-model.js';

/** `check`: the one gate before any reader. */
export function checkShape(model: ShapeModel): Statement {
  const { ir } = model;
  const steps = walkSegments(model).filter(({ fits }) => fits !== null);
  const walked = walkedOf(model);
  const codes =
    walked !== undefined
      ? 'The first that applies of: short_body, short_tail, the first error of an element'
      : steps.length === 0
        ? 'The only one is short_body'
        : 'The first that applies of: short_body, short_tail';
  return fn({
    name: 'check',
    parameters: VIEW_END,
    returns: 'number',
    doc: `\n${[
      `Whether bytes p..end-1 begin with ${a(ir.key)} whose fields may be read: 0, or an ErrorCode.`,
      ...wrap(`${codes}. Bytes behind the struct are accepted.`),
      'end must not exceed view.byteLength. Never throws.',
    ].join('\n')}`,
    body:
      walked !== undefined
        ? [
            `if (!(end - p >= ${ir.minSize})) return ErrorCode.SHORT_BODY;`,
            ...steps.flatMap(({ lines, fits }) => [...lines, `if (!(${fits})) return ErrorCode.SHORT_TAIL;`]),
            ...elementWalk(model, ['if (code !== 0) return code;'], null),
            'return 0;',
          ]
        : steps.length === 0
          ? [`return end - p >= ${ir.minSize} ? 0 : ErrorCode.SHORT_BODY;`]
          : [
              `if (!(end - p >= ${ir.minSize})) return ErrorCode.SHORT_BODY;`,
              ...steps.flatMap(({ lines, fits }, i) => [
                ...lines,
                i + 1 < steps.length
                  ? `if (!(${fits})) return ErrorCode.SHORT_TAIL;`
                  : `return ${fits} ? 0 : ErrorCode.SHORT_TAIL;`,
              ]),
            ],
  });
}

/** One array of variable size on the way through a struct: how its end is found, and what must hold for it. */
interface Step {
  readonly array: ShapeModel['segments'][number]['array'];
  readonly lines: readonly string[];
  /** Condition under which the array, and what is fixed behind it, lie within the bytes; null where it always holds. */
  readonly fits: string | null;
  readonly start: string;
  readonly last: string;
}

/** The arrays in order; each end is a local variable that the next one starts from. */
export function walkSegments(model: ShapeModel): Step[] {
  const ends = new Map<string, string>();
  const start = (member: MemberIR): Start => ({
    base: member.after === null ? 'p' : (ends.get(member.after) ?? 'p'),
    offset: member.offset,
  });
  return model.segments
    .filter(({ array }) => !isWalked(array))
    .map(({ array, run }, i): Step => {
      const { base, offset } = start(array);
      const from = at(base, offset);
      const name = model.names.names.free(`end${i + 1}`);
      ends.set(array.name, name);
      // What an array of the rest leaves is no more than an element; only what lies before it can reach too far.
      if ('rest' in array.count) {
        const first = model.segments[0]?.array === array;
        return {
          array,
          lines: [],
          fits: first ? null : `${at(from, run)} <= end`,
          start: from,
          last: at(from, run),
        };
      }
      const bytes = bytesText(model, array, from, start, FUNCTION);
      return {
        array,
        lines: [`const ${name} = ${from} + ${bytes};`],
        // A count less what is always there may be too small for it.
        fits: `${'plus' in array.count && array.count.plus < 0 ? `${name} >= ${from} && ` : ''}${at(name, run)} <= end`,
        start: from,
        last: at(name, run),
      };
    });
}

/** The loop over elements that differ in size, with the code of each in `code`; `step` ends each round. */
export function elementWalk(model: ShapeModel, body: readonly string[], step: string | null): string[] {
  const walked = walkedOf(model);
  if (walked === undefined) return [];
  const { alias } = elementOf(model, walked);
  const arrays = model.segments.filter(({ array }) => !isWalked(array));
  const index = arrays.findIndex(({ array }) => array.name === walked.after);
  const start = at(walked.after === null ? 'p' : model.names.names.free(`end${index + 1}`), walked.offset);
  return [
    `for (let at = ${start}; end - at >= ${walked.least}; at += ${alias}.size(view, at)) {`,
    `  const code = ${alias}.check(view, at, end);`,
    ...body.map((line) => `  ${line}`),
    ...(step === null ? [] : [`  ${step}`]),
    '}',
  ];
}

/** `size` of shapes that vary. */
export function sizeFunction(model: ShapeModel): Statement[] {
  const last = model.segments.at(-1);
  if (last === undefined) return [];
  const { end = '' } = model.names.derived(last.array);
  const bounded = last.array === model.rest || last.array.after === model.rest?.name;
  const total = at(`${end}(view, p${bounded ? ', end' : ''})`, last.run);
  return [
    fn({
      name: 'size',
      parameters: bounded ? VIEW_END : VIEW_END.slice(0, 2),
      returns: 'number',
      doc: doc('Bytes of the struct. Right only after check.'),
      body: [`return ${total} - p;`],
    }),
  ];
}
