import { readFileSync, statSync } from 'node:fs';
import { Command, Option } from 'commander';
import type { TypeStyle } from '../../backends/c/int-types.js';
import { renderText } from '../../diagnostics/render-text.js';
import type { MapFinding } from '../../header-map/finding.js';
import { isDialect } from '../../ir/laid-out.js';
import type { IrStore } from '../../store.js';
import { EXIT, UsageError } from '../failure.js';
import { everyIr, findIr, irNames } from '../find-ir.js';
import { note, out, outLine, paintFor } from '../terminal.js';
import { openStore } from '../workspace.js';

interface HeaderCommandOptions {
  readonly lang?: 'c';
  readonly types: TypeStyle;
  readonly prefix?: string;
  readonly verify?: string;
  readonly map?: string;
  readonly json?: boolean;
  readonly ir?: string;
}

export const header = (): Command =>
  new Command('header')
    .description(
      'A C11 header (also C++) of a dialect or family of structs; with --verify, a C file that checks a header of yours.',
    )
    .argument('[name]', 'dialect, alias or family of structs')
    .addOption(new Option('--lang <language>', 'language of the header').choices(['c']).default('c'))
    .addOption(
      new Option('--types <style>', 'kernel: __le16 … of <linux/types.h>; stdint: uint16_t … of <stdint.h>')
        .choices(['stdint', 'kernel'])
        .default('stdint'),
    )
    .option('--prefix <text>', 'what every name begins with, or "" (default: the name of the dialect or family)')
    .option('--verify <file.h>', 'a C file that includes this header and asserts the layouts of --map')
    .option('--map <map.yaml>', 'which message or struct is which of its structs, and members that have other names')
    .option('--json', 'the header as text, with the structs and where C finds their members')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText(
      'after',
      `
Examples:
  vwire header --lang c rfc3
  vwire header --lang c --types kernel blk
  vwire header --verify '<linux/virtio_blk.h>' --map test/fixtures/header-map/blk.yaml`,
    )
    .action(async (name: string | undefined, options: HeaderCommandOptions) => {
      const store = openStore(options.ir);
      if (options.verify !== undefined || options.map !== undefined) return verify(store, name, options);
      if (name === undefined) throw new UsageError('of which dialect or family?', '"vwire list" shows them');
      const ir = findIr(store, name);
      const { declarationsOf, reachOf, renderCHeader } = await import('../../backends/c/index.js');
      const text = renderCHeader(ir, options);
      if (options.json !== true) return out(text);
      const structs = declarationsOf(ir, options).map((d) => {
        return { key: d.laid.key, type: `struct ${d.type}`, size: d.tree.size, members: reachOf(d) };
      });
      await outLine(JSON.stringify({ name, types: options.types, structs, text }, null, 2));
    });

/** Their header is not parsed here: only their compiler knows what it says. But what is no C at all is told. */
async function verify(store: IrStore, name: string | undefined, options: HeaderCommandOptions): Promise<void> {
  const { verify: include, map } = options;
  if (include === undefined || map === undefined)
    throw new UsageError('--verify FILE.h and --map MAP.yaml go together');
  if (/["\n\r]/.test(include)) throw new UsageError('the name of a header has no quotes or line ends');
  if (name !== undefined) findIr(store, name);
  const [{ readMap }, { renderCChecks }] = await Promise.all([
    import('../../header-map/read-map.js'),
    import('../../backends/c/index.js'),
  ]);
  const read = readMap(map, textOf(map), name, {
    find: (asked) => (irNames(store).includes(asked.replace(/^.*\//, '')) ? findIr(store, asked) : null),
    families: () => everyIr(store).flatMap((ir) => (isDialect(ir) ? [] : [ir])),
    names: () => irNames(store),
  });
  const paint = paintFor(process.stderr);
  for (const f of read.findings) note(renderText(f, read.line(f.place.line), paint));
  const foreign = await notCIn(include);
  if (foreign !== null) note(renderText(foreign, undefined, paint));
  const findings = foreign === null ? read.findings : [...read.findings, foreign];
  if (findings.length > 0) process.exitCode = EXIT.FINDINGS;
  const text = findings.length > 0 ? '' : renderCChecks(include, read.map.structs);
  if (options.json !== true) return out(text);
  const structs = read.map.structs.map(({ laid, ...rest }) => ({ key: laid.key, ...rest }));
  await outLine(JSON.stringify({ include, findings, structs, text }, null, 2));
}

/** A header that only their compiler finds is not looked at. */
async function notCIn(include: string): Promise<MapFinding | null> {
  if (statSync(include, { throwIfNoEntry: false })?.isFile() !== true) return null;
  const { notC } = await import('../../header-map/not-c.js');
  return notC(include, readFileSync(include));
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read "${file}": ${error instanceof Error ? error.message : String(error)}`);
  }
}
