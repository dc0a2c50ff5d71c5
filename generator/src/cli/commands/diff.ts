import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { onAxis } from '../../diff/against.js';
import { type Comparison, compare, NotComparable } from '../../diff/compare.js';
import { AXES, type Axis } from '../../diff/item.js';
import { jsonOf } from '../../diff/render-json.js';
import { renderMarkdown } from '../../diff/render-markdown.js';
import { renderText } from '../../diff/render-text.js';
import { operandOf, type Places, schemaAtRef, sound } from '../diff-operand.js';
import { EXIT, UsageError } from '../failure.js';
import { note, outLine, paintFor, widthOf } from '../terminal.js';
import { openStore, schemaFolder } from '../workspace.js';
import { compileFolder } from './check.js';

interface Options {
  readonly against?: string;
  readonly allow?: string;
  readonly axis?: Axis;
  readonly schema?: string;
  readonly ir?: string;
  readonly summary?: boolean;
  readonly markdown?: boolean;
  readonly json?: boolean;
}

/** The list of allowed differences that stands beside the schema folder. */
const ALLOW_FILE = 'wire-changes.yaml';

export const diff = (): Command =>
  new Command('diff')
    .description('What differs on the wire between two dialects, and what each side makes of bytes from the other.')
    .argument('[a]', 'a dialect, alias or family of structs; a schema file; REF:NAME, the schema at a git ref')
    .argument('[b]', 'the same')
    .option(
      '--against <ref>',
      'compare the whole schema with what it was at a git ref; A and B then narrow it to names',
    )
    .option('--allow <file>', `differences that are wanted, with reasons (default: ${ALLOW_FILE} beside the schema)`)
    .addOption(new Option('--axis <axis>', 'only what differs on this axis').choices([...AXES]))
    .option('--schema <dir>', 'schema folder for names, git refs and --against (default: the one that ships)')
    .option('--summary', 'the table alone, without bytes')
    .addOption(new Option('--markdown', 'as Markdown, for a mail or a review').conflicts('json'))
    .option('--json', 'as JSON: items with kind, misread and witness')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText(
      'after',
      `
Each difference is judged on three axes: wire (bytes), source (names in programs), meaning (values and rules). For each
difference of bytes there is a message that one side wrote and both sides read:
  misread    accepted, and at least one value is not what was sent
  rejected   refused by the codec
  ignored    something that was sent is read by nobody
  unset      the receiver reads zero where the sender has reserved bytes

Exit codes: 0 no difference, 1 differences (with --against: those that nobody allowed, and entries that allow nothing).

Examples:
  vwire diff rfc3 v1-2026
  vwire diff ffa-2025a ffa-2025b --summary
  vwire diff rfc3 schema/virtio-msg/v1-2026.yaml --markdown

In a git repository:
    vwire diff HEAD~1:rfc3 rfc3
    vwire diff --against origin/main --axis wire`,
    )
    .action(async (a: string | undefined, b: string | undefined, options: Options) => {
      if (options.against !== undefined) return againstRef(options.against, [a, b], options);
      if (options.allow !== undefined) throw new UsageError('--allow goes with --against');
      if (a === undefined || b === undefined)
        throw new UsageError('two dialects are compared', 'name both, or a git ref with --against');
      const comparison = await compareTwo(a, b, options);
      await print([comparison], options);
      if (comparison.items.length > 0) process.exitCode = EXIT.FINDINGS;
    });

async function compareTwo(a: string, b: string, options: Options): Promise<Comparison> {
  const places: Places = { store: () => openStore(options.ir), schema: options.schema };
  const [left, right] = [await operandOf(a, places), await operandOf(b, places)];
  try {
    return filtered(compare(left.index, right.index, { a: left.label, b: right.label }), options);
  } catch (problem) {
    if (problem instanceof NotComparable) throw new UsageError(`"${a}" and "${b}": ${problem.message}`);
    throw problem;
  }
}

const filtered = (comparison: Comparison, { axis }: Options): Comparison =>
  axis === undefined ? comparison : onAxis(comparison, axis);

async function againstRef(ref: string, only: readonly (string | undefined)[], options: Options): Promise<void> {
  const [{ compareSchemas }, { applyAllowList, readAllowList }] = await Promise.all([
    import('../../diff/against.js'),
    import('../../diff/allow-list.js'),
  ]);
  const before = await schemaAtRef(ref, options.schema);
  const after = await sound(compileFolder(options.schema), 'the schema');
  const names = only.filter((name) => name !== undefined);
  const chosen = (name: string): boolean =>
    names.length === 0 || names.some((n) => n === name || name.endsWith(`/${n}`));
  const known = [before, after].flatMap(({ dialects, families }) => [
    ...dialects.map((ir) => `${ir.protocol}/${ir.dialect}`),
    ...families.map((ir) => `${ir.protocol}/${ir.family}`),
  ]);
  const unknown = names.find((n) => !known.some((name) => n === name || name.endsWith(`/${n}`)));
  if (unknown !== undefined) throw new UsageError(`neither schema has a dialect or family "${unknown}"`);
  const all = compareSchemas(before, after, ref);
  const compared = {
    added: all.added.filter(chosen),
    removed: all.removed.filter(chosen),
    changed: all.changed
      .filter(({ b }) => chosen(b))
      .map((comparison) => filtered(comparison, options))
      .filter(({ items }) => items.length > 0),
  };
  const list = allowFile(options);
  const { allowed: entries, problems } =
    list === null ? { allowed: [], problems: [] } : readAllowList(list.shown, list.text);
  const { findings, allowed, stale } = applyAllowList(compared, entries);
  // Entries about what this run does not look at are not stale.
  const wrong = [...problems, ...(names.length === 0 && options.axis === undefined ? stale : [])];
  for (const { place, message } of wrong) note(`${place.file}:${place.line}:${place.column}: error: ${message}`);
  if (options.json === true) {
    const comparisons = findings.changed.map(jsonOf);
    const items = comparisons.flatMap(({ b, items: own }) => own.map((item) => ({ in: b, ...item })));
    const excused = allowed.map(({ in: where, item, reason }) => ({
      in: where,
      path: item.path,
      kind: item.kind,
      reason,
    }));
    const { added, removed } = findings;
    await outLine(
      JSON.stringify({ against: ref, added, removed, items, allowed: excused, problems: wrong, comparisons }, null, 2),
    );
  } else {
    for (const name of findings.removed) await outLine(`${name}: removed`);
    for (const name of findings.added) await outLine(`${name}: added`);
    await print(findings.changed, options);
    if (allowed.length > 0)
      await outLine(`${allowed.length} ${allowed.length === 1 ? 'difference is' : 'differences are'} allowed`);
    if (findings.changed.length + findings.removed.length + findings.added.length === 0 && allowed.length === 0)
      await outLine(`no difference from ${ref}`);
  }
  if (findings.changed.length + findings.removed.length + wrong.length > 0) process.exitCode = EXIT.FINDINGS;
}

function allowFile({ allow, schema }: Options): { shown: string; text: string } | null {
  const beside = join(schemaFolder(schema).folder, '..', ALLOW_FILE);
  const path = allow ?? (existsSync(beside) ? beside : undefined);
  if (path === undefined) return null;
  if (!existsSync(path)) throw new UsageError(`there is no file "${path}"`);
  return { shown: allow ?? ALLOW_FILE, text: readFileSync(path, 'utf8') };
}

async function print(comparisons: readonly Comparison[], options: Options): Promise<void> {
  const { summary } = options;
  if (options.json === true) {
    for (const comparison of comparisons) await outLine(JSON.stringify(jsonOf(comparison), null, 2));
    return;
  }
  const text = comparisons.map((comparison) =>
    options.markdown === true
      ? renderMarkdown(comparison, { summary }).trimEnd()
      : renderText(comparison, { width: widthOf(process.stdout), paint: paintFor(process.stdout), summary }),
  );
  if (text.length > 0) await outLine(text.join('\n\n'));
}
