import type { Code } from './catalog.js';

/** A place in a source file; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What is wrong, where, what the other place has to do with it, and what to do. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly place: Place;
  readonly also?: Place & { readonly text: string };
  readonly hint?: string;
}

export interface DiagnosticDetail {
  readonly also?: (Place & { readonly text: string }) | undefined;
  readonly hint?: string | undefined;
}
