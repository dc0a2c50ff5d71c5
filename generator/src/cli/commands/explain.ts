import { Command } from 'commander';
import { CATALOG, type Code, severityOf } from '../../diagnostics/catalog.js';
import { knownNames } from '../../diagnostics/did-you-mean.js';
import { explanationOf, renderExplanation } from '../../diagnostics/explain.js';
import { UsageError } from '../failure.js';
import { columns, outLine, paintFor } from '../terminal.js';

export const explain = (): Command =>
  new Command('explain')
    .description('What a diagnostic means, with an excerpt that provokes it and a corrected one.')
    .argument('[code]', 'a code such as VW208 (default: list all)')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  vwire explain VW208\n  vwire explain')
    .action(async (given: string | undefined, options: { json?: boolean }) => {
      const codes = Object.keys(CATALOG) as Code[];
      if (given === undefined) {
        await outLine(
          options.json === true
            ? JSON.stringify(codes.map(explanationOf), null, 2)
            : columns(codes.map((code) => [code, severityOf(code), CATALOG[code].title])),
        );
        return;
      }
      const code = codes.find((c) => c === given.toUpperCase());
      if (code === undefined) throw new UsageError(`there is no diagnostic "${given}"`, knownNames(given, codes));
      await outLine(
        options.json === true
          ? JSON.stringify(explanationOf(code), null, 2)
          : renderExplanation(code, paintFor(process.stdout)),
      );
    });
