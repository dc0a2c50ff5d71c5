import { Command } from 'commander';
import { type Alignment, align as alignmentOf, type Compared, type Misaligned } from '../../align/align.js';
import { flow, words } from '../../trace/flow.js';
import { EXIT } from '../failure.js';
import { everyIr, findIr } from '../find-ir.js';
import { columns, outLine, paintFor, widthOf } from '../terminal.js';
import { openStore } from '../workspace.js';

export const align = (): Command =>
  new Command('align')
    .description('Where a C struct that is not packed would differ from the wire, on 64-bit ABIs and on 32-bit x86.')
    .argument('[name]', 'dialect, alias or family of structs (default: how many differ, of each)')
    .option('--json', 'as JSON')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText('after', '\nExamples:\n  vwire align\n  vwire align rfc2\n  vwire align blk --json')
    .action(async (name: string | undefined, options: { json?: boolean; ir?: string }) => {
      const store = openStore(options.ir);
      const found = (name === undefined ? everyIr(store) : [findIr(store, name)]).map(alignmentOf);
      if (found.some((a) => a.differing.length > 0)) process.exitCode = EXIT.FINDINGS;
      const [one] = found;
      if (options.json === true) return outLine(JSON.stringify(name === undefined ? found : one, null, 2));
      await outLine(name === undefined || one === undefined ? overview(found) : details(one));
    });

function overview(found: readonly Alignment[]): string {
  const rows = found.map((a) => [
    `${a.protocol}/${a.name}`,
    String(a.compared),
    String(a.differing.filter((m) => !sameEverywhere(m, 'natural')).length),
    String(a.differing.filter((m) => !sameEverywhere(m, 'ia32')).length),
  ]);
  const table = columns([['dialect or family', 'structs', 'differ', 'on 32-bit x86'], ...rows], [1, 2, 3]);
  return `${headline(table)}\n\n"vwire align NAME" shows where.`;
}

const numbersOf = (m: Misaligned): readonly Compared[] => [m.size, ...m.members, ...m.strides];

const sameEverywhere = (m: Misaligned, abi: 'natural' | 'ia32'): boolean =>
  numbersOf(m).every((c) => c[abi] === c.wire);

function details({ protocol, name, compared, differing }: Alignment): string {
  const paint = paintFor(process.stdout);
  const head = `${protocol}/${name}: ${differing.length} of ${compared} structs differ where they are not packed`;
  if (differing.length === 0) return head;
  const rows = differing.flatMap((m) => [
    ...m.members.map((c) => row(c.member, c)),
    ...m.strides.map((c) => row(`${c.member}: from one to the next`, c)),
    row(sizeText(m), m.size),
  ]);
  const [titles = '', ...lines] = columns([['', 'wire', 'natural', '32-bit x86'], ...rows], [1, 2, 3]).split('\n');
  // The name of a struct may be longer than any row: it has a line of its own.
  let from = 0;
  const blocks = differing.map((m) => {
    const own = lines.slice(from, from + m.members.length + m.strides.length + 1);
    from += own.length;
    return [m.key, ...own].join('\n');
  });
  const legend = 'Bytes from the start of the struct. natural: u64 aligned to 8 bytes; 32-bit x86: to 4.';
  const told = flow('', 0, words(legend), widthOf(process.stdout), 0);
  return [paint.bold(head), '', paint.bold(titles), ...blocks, '', ...told].join('\n');
}

const row = (what: string, { wire, natural, ia32 }: Compared): string[] => [
  `  ${what}`,
  String(wire),
  mark(natural, wire),
  mark(ia32, wire),
];

const mark = (bytes: number, wire: number): string => (bytes === wire ? '=' : String(bytes));

function sizeText({ trailing }: Misaligned): string {
  const { natural, ia32 } = trailing;
  if (natural === 0 && ia32 === 0) return '(size)';
  return natural === ia32 ? `(size, ${natural} at its end)` : `(size, ${natural} or ${ia32} at its end)`;
}

const headline = (table: string): string => table.replace(/^.*$/m, (line) => paintFor(process.stdout).bold(line));
