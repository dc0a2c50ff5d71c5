import { knownNames } from '../../diagnostics/did-you-mean.js';
import type { DialectIndex } from '../../interpret/dialect-index.js';
import type { IrStore } from '../../store.js';
import { bridgeOf } from '../../translate/bridge.js';
import { renderGrid, renderPair, renderTableMarkdown } from '../../translate/render-table.js';
import { UsageError } from '../failure.js';
import { outLine, paintFor, widthOf } from '../terminal.js';

interface TableOptions {
  readonly from?: string;
  readonly to?: string;
  readonly via: readonly string[];
  readonly jsonl?: boolean;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** What can be translated from each of the dialects into each of the others. */
export async function printTable(store: IrStore, inputs: readonly string[], options: TableOptions): Promise<void> {
  if (inputs.length > 0 || options.via.length > 0 || options.jsonl === true)
    throw new UsageError('--table is about all messages', 'give --from, --to, or neither, and no input');
  const groups = chosen(store, options.from).map((a) =>
    chosen(store, options.to)
      .filter((b) => a !== b || (options.from !== undefined && options.to !== undefined))
      .map((b) => bridgeOf(a, b)),
  );
  if (options.json === true) return await outLine(JSON.stringify(groups.flat(), null, 2));
  const paint = paintFor(process.stdout);
  const tables = groups
    .filter((group) => group.length > 0)
    .map((group) => {
      if (options.markdown === true) return renderTableMarkdown(group);
      const [only] = group;
      return group.length === 1 && only !== undefined
        ? renderPair(only, widthOf(process.stdout), paint)
        : renderGrid(group, paint);
    });
  await outLine(tables.join('\n\n'));
}

/** The dialect of a name, or each one there is. */
function chosen(store: IrStore, name: string | undefined): DialectIndex[] {
  const names =
    name === undefined
      ? Object.entries(store.index.protocols).flatMap(([key, { dialects }]) => dialects.map((d) => `${key}/${d}`))
      : [name];
  return names.map((own) => {
    const found = store.dialect(own);
    if (found === null) throw new UsageError(`unknown dialect "${own}"`, knownNames(own, store.names));
    return found.index;
  });
}
