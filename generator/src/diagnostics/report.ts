import { type Code, severityOf } from './catalog.js';
import type { Diagnostic, DiagnosticDetail, Place } from './diagnostic.js';

/** Collects every diagnostic of a run, so that nobody has to repair one mistake at a time. */
export class Report {
  readonly #found: Diagnostic[] = [];

  add(code: Code, place: Place, message: string, detail: DiagnosticDetail = {}): void {
    this.#found.push({
      code,
      severity: severityOf(code),
      message,
      place,
      ...(detail.also === undefined ? {} : { also: detail.also }),
      ...(detail.hint === undefined ? {} : { hint: detail.hint }),
    });
  }

  get hasErrors(): boolean {
    return this.#found.some((d) => d.severity === 'error');
  }

  /** Whether anything in this file is wrong, so that what it should have declared may be missing elsewhere. */
  hasErrorsIn(file: string): boolean {
    return this.#found.some((d) => d.severity === 'error' && d.place.file === file);
  }

  /** In the order of the files, each diagnostic once. */
  get diagnostics(): readonly Diagnostic[] {
    const seen = new Set<string>();
    return [...this.#found].sort(byPlace).filter((d) => {
      const key = `${d.code} ${d.place.file}:${d.place.line}:${d.place.column} ${d.message}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  if (a.place.file !== b.place.file) return a.place.file < b.place.file ? -1 : 1;
  return (
    a.place.line - b.place.line || a.place.column - b.place.column || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)
  );
}
