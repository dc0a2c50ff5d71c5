import { Command } from 'commander';
import { knownNames } from '../../diagnostics/did-you-mean.js';
import { hexId } from '../../ir/spell-id.js';
import type { FamilyIR } from '../../ir/structs.js';
import type { BodyIR, DialectIR } from '../../ir/types.js';
import { UsageError } from '../failure.js';
import { columns, outLine, paintFor } from '../terminal.js';
import { openStore } from '../workspace.js';
import { familySummary, familyTable, listFamily } from './list-structs.js';

export const list = (): Command =>
  new Command('list')
    .description('Protocols, dialects and messages, with ids, directions and sizes; families and their structs.')
    .argument('[name]', 'show the messages of this dialect or alias, or the structs of this family')
    .option('--unresolved', 'where the public texts contradict each other, and which reading was chosen')
    .option('--json', 'as JSON')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText(
      'after',
      '\nExamples:\n  vwire list\n  vwire list v1-2026\n  vwire list blk\n  vwire list --unresolved\n  vwire list scsi --unresolved',
    )
    .action(async (name: string | undefined, options: { json?: boolean; ir?: string; unresolved?: boolean }) => {
      const store = openStore(options.ir);
      const dialects = Object.values(store.index.protocols).flatMap((p) =>
        p.dialects.flatMap((d) => store.dialect(d)?.index.ir ?? []),
      );
      const families = Object.keys(store.index.protocols).flatMap((protocol) =>
        store.families(protocol).flatMap((family) => store.family(protocol, family)?.ir ?? []),
      );
      const family = families.find((f) => name === f.family || name === `${f.protocol}/${f.family}`);
      if (family !== undefined)
        return options.unresolved === true
          ? listUnresolved([named(family)], options.json === true)
          : listFamily(family, options);
      if (name !== undefined && store.dialect(name) === null)
        throw new UsageError(
          `unknown dialect "${name}"`,
          knownNames(name, [...store.names, ...families.map((f) => f.family)]),
        );
      const one = name === undefined ? null : (store.dialect(name)?.index.ir ?? null);
      const shown = one === null ? dialects : [one];
      if (options.unresolved === true)
        return listUnresolved(
          [...shown.map(named), ...(one === null ? families.map(named) : [])],
          options.json === true,
        );
      if (options.json === true)
        return outLine(
          JSON.stringify(
            one === null ? [...shown.map(summary), ...families.map(familySummary)] : withMessages(one),
            null,
            2,
          ),
        );
      await outLine(one === null ? overview(dialects, families) : messageTable(one));
    });

const summary = (ir: DialectIR) => ({
  protocol: ir.protocol,
  dialect: ir.dialect,
  parent: ir.parent,
  carries: ir.carries,
  title: ir.title,
  aliases: ir.aliases.map((a) => a.name),
  profile: ir.profile,
  headerSize: ir.framing.headerSize,
  fixedSize: ir.framing.fixedSize,
  messages: new Set(ir.bodies.map((b) => `${b.class}.${b.message}`)).size,
  bodyCount: ir.bodies.length,
  hash: ir.hash,
});

const withMessages = (ir: DialectIR) => ({
  ...summary(ir),
  bodies: ir.bodies.map((b) => ({
    key: b.key,
    class: b.class,
    message: b.message,
    kind: b.kind,
    id: b.id,
    from: b.from,
    minSize: b.minSize,
    maxSize: b.maxSize,
  })),
});

/** What `--unresolved` needs of a dialect or family. */
const named = (ir: DialectIR | FamilyIR) => ({
  name: `${ir.protocol}/${'dialect' in ir ? ir.dialect : ir.family}`,
  unresolved: ir.unresolved,
});

function overview(dialects: readonly DialectIR[], families: readonly FamilyIR[]): string {
  const structs = families.length === 0 ? '' : `\n\n${familyTable(families)}`;
  return `${dialectTable(dialects)}${structs}\n\n"vwire list NAME" shows the messages of a dialect or the structs of a family.`;
}

function dialectTable(dialects: readonly DialectIR[]): string {
  const paint = paintFor(process.stdout);
  const rows = dialects.map((ir) => {
    const { headerSize, fixedSize } = ir.framing;
    const { messages, bodyCount } = summary(ir);
    return [
      `${ir.protocol}/${ir.dialect}`,
      ir.parent ?? '-',
      ir.carries ?? '-',
      String(headerSize),
      fixedSize === null ? 'variable' : String(fixedSize),
      String(messages),
      String(bodyCount),
      ir.aliases.map((a) => a.name).join(' '),
    ];
  });
  const table = columns(
    [['dialect', 'extends', 'carries', 'header', 'frame', 'messages', 'bodies', 'aliases'], ...rows],
    [3, 4, 5, 6],
  );
  return headline(table, paint.bold);
}

const headline = (table: string, bold: (text: string) => string): string =>
  table.replace(/^.*$/m, (line) => bold(line));

const sizeOf = (b: BodyIR): string => (b.maxSize === null ? `${b.minSize}+` : String(b.minSize));

function messageTable(ir: DialectIR): string {
  const paint = paintFor(process.stdout);
  const arrow = { driver: 'drv→dev', device: 'dev→drv', either: 'either' } as const;
  const rows = ir.bodies.map((b) => [
    hexId(b.id),
    b.class,
    b.message,
    b.kind,
    arrow[b.from],
    sizeOf(b),
    b.fields.map((f) => f.name).join(' '),
  ]);
  const table = columns([['id', 'class', 'message', 'kind', 'sender', 'bytes', 'fields'], ...rows], [5]);
  return `${ir.protocol}/${ir.dialect}: ${ir.title}\n\n${headline(table, paint.bold)}`;
}

async function listUnresolved(shown: readonly ReturnType<typeof named>[], json: boolean): Promise<void> {
  const entries = shown.flatMap((ir) => ir.unresolved.map((u) => ({ dialect: ir.name, ...u })));
  if (json) return outLine(JSON.stringify(entries, null, 2));
  const paint = paintFor(process.stdout);
  for (const u of entries) {
    await outLine(`${paint.bold(`${u.dialect} ${u.id}`)}: ${u.about}`);
    for (const r of u.readings) await outLine(`  ${paint.cyan(r.source)}: ${r.says}`);
    await outLine(`  chosen: ${u.chosen}\n  why: ${u.why}\n`);
  }
  await outLine(`${entries.length} ${entries.length === 1 ? 'place' : 'places'} where the texts disagree`);
}
