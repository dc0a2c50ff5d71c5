import type { Diagnostic, Place } from './diagnostic.js';

/**
 * One diagnostic as a workflow command, which GitHub shows beside the line it is about:
 *
 *     ::error file=schema/demo/base.yaml,line=22,col=7,title=VW101::the key "id" occurs twice in one mapping
 */
export function renderGithub(d: Diagnostic): string {
  const place = Object.entries({ file: d.place.file, line: d.place.line, col: d.place.column, title: d.code });
  const properties = place.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(',');
  return `::${d.severity} ${properties}::${escapeData(messageOf(d))}`;
}

/** An annotation has one place, so that the second one is told in words. */
function messageOf(d: Diagnostic): string {
  const lines = [d.message];
  if (d.also !== undefined) lines.push(`${at(d.also)}: ${d.also.text}`);
  if (d.hint !== undefined) lines.push(`hint: ${d.hint}`);
  return lines.join('\n');
}

const at = (place: Place): string => `${place.file}:${place.line}:${place.column}`;

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
