import type { Diagnostic } from './diagnostic.js';

/** Diagnostics as programs read them: a list of the values themselves. */
export const renderJson = (diagnostics: readonly Diagnostic[]): string => JSON.stringify(diagnostics, null, 2);
