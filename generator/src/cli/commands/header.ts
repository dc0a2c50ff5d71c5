import { Command, Option } from 'commander';
import type { TypeStyle } from '../../backends/c/int-types.js';
import { UsageError } from '../failure.js';
import { findIr } from '../find-ir.js';
import { out, outLine } from '../terminal.js';
import { openStore } from '../workspace.js';

export interface HeaderCommandOptions {
  readonly lang?: 'c';
  readonly types: TypeStyle;
  readonly prefix?: string;
  readonly verify?: string[];
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
    .option('--json', 'the header as text, with the structs and where C finds their members')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText(
      'after',
      `
Examples:
  vwire header --lang c rfc3
  vwire header --lang c --types kernel blk`,
    )
    .action(async (name: string | undefined, options: HeaderCommandOptions) => {
      const store = openStore(options.ir);
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
