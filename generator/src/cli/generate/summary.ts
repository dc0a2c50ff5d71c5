import { outLine } from '../terminal.js';
import type { Outcome } from './run.js';
import type { GenerateOptions } from './targets.js';

/** What was read, written, left alone, and how long it took. */
export async function summarize(outcome: Outcome, options: GenerateOptions): Promise<void> {
  const { compiled, changes, unchanged, ms } = outcome;
  const { schema, dialects, families } = compiled;
  const structs = families.reduce((n, f) => n + f.structs.length, 0);
  const bodies = dialects.reduce((n, d) => n + d.bodies.length, 0);
  if (options.json === true) {
    const ok = options.check !== true || changes.length === 0;
    const read = { files: schema.fileCount, bytes: schema.bytes };
    const report = { ok, read, dialects: dialects.length, bodies, structs, changes, unchanged, ms: Math.round(ms) };
    await outLine(JSON.stringify(report, null, 2));
    return;
  }
  const size = `${schema.fileCount} schema files, ${Math.round(schema.bytes / 1024)} KiB`;
  await outLine(`read       ${size}: ${dialects.length} dialects, ${bodies} message bodies, ${structs} structs`);
  if (options.check === true) await outLine(checked(outcome));
  else await outLine(written(outcome));
  await outLine(`took       ${(ms / 1000).toFixed(2)} s`);
}

function checked({ changes, unchanged }: Outcome): string {
  const first = changes[0];
  if (first === undefined) return `checked    ${unchanged} files, all current`;
  const where = first.line === undefined ? first.path : `${first.path}:${first.line}`;
  const more = changes.length === 1 ? '' : ` and ${changes.length - 1} more`;
  return `differs    ${where} (${first.kind})${more}: run "vwire generate"`;
}

function written({ changes, unchanged }: Outcome): string {
  const stale = changes.filter((c) => c.kind === 'stale').length;
  const lines = [`written    ${changes.length - stale} files${stale === 0 ? '' : `, ${stale} stale ones removed`}`];
  for (const c of changes.slice(0, 10)) lines.push(`             ${c.kind.padEnd(7)} ${c.path}`);
  if (changes.length > 10) lines.push(`             … and ${changes.length - 10} more`);
  return [...lines, `unchanged  ${unchanged} files`].join('\n');
}
