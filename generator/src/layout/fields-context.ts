import type { Report } from '../diagnostics/report.js';
import type { Path } from '../read/source-file.js';
import type { Origin, ResolvedDialect } from '../resolve/resolved.js';

/** What laying out a list of fields may look at. */
export interface FieldsContext {
  /** Place of the list in its file. */
  readonly origin: Origin;
  readonly path: Path;
  /** Offset of the first field. */
  readonly start: number;
  /** Clause that fields without their own inherit. */
  readonly spec: string;
  /** The dialect they are laid out for; what it inherits may be declared in another. */
  readonly dialect: ResolvedDialect;
  readonly inHeader: boolean;
  readonly report: Report;
}
