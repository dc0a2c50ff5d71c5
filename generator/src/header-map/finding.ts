import type { Place } from '../diagnostics/diagnostic.js';

/** What can be wrong with a map of names, and `not-c` with the header it is for. */
export type MapCode =
  | 'bad-yaml'
  | 'bad-value'
  | 'unknown-key'
  | 'unknown-dialect'
  | 'unknown-struct'
  | 'unknown-member'
  | 'not-c';

/** What is wrong, where in the map or header, and what to do. */
export interface MapFinding {
  readonly code: MapCode;
  readonly severity: 'error';
  readonly message: string;
  readonly place: Place;
  readonly hint?: string;
}
