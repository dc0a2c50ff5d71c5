import type { Place } from '../diagnostics/diagnostic.js';
import { Report } from '../diagnostics/report.js';
import type { BodyIR, DialectIR } from '../ir/types.js';
import type { SchemaText } from '../read/read-schema.js';
import { type Path, SourceFile } from '../read/source-file.js';

/** Finds the lines of the schema that declare what is in an IR. Reads the files of one lineage, when they are asked for. */
export class SchemaPlaces {
  readonly #files = new Map<string, SourceFile | null>();

  constructor(
    readonly dialect: DialectIR,
    readonly texts: readonly SchemaText[],
  ) {}

  /** The line of a field, or of the body where the field has none. */
  field(body: BodyIR, name: string | null): Place | null {
    const at = this.#declaring(body.origin, ['messages', body.class, body.message, body.kind]);
    if (at === null) return null;
    const fields = (at.value as { fields?: readonly { name?: unknown }[] }).fields;
    const index = Array.isArray(fields) ? fields.findIndex((f) => f?.name === name) : -1;
    return index < 0 ? at.source.placeOfKey(at.path) : at.source.place([...at.path, 'fields', index]);
  }

  /** The line of a property of the message: `id` or `from`. */
  property(body: BodyIR, name: 'id' | 'from'): Place | null {
    const at = this.#declaring(body.origin, ['messages', body.class, body.message, name]);
    return at === null ? this.field(body, null) : at.source.placeOfKey(at.path);
  }

  /** The line of a field of the header, or of the header. */
  header(name: string | null): Place | null {
    const at = this.#declaring('', ['header']);
    if (at === null) return null;
    const index = Array.isArray(at.value) ? at.value.findIndex((f: { name?: unknown } | null) => f?.name === name) : -1;
    return index < 0 ? at.source.placeOfKey(at.path) : at.source.place([...at.path, index]);
  }

  /** The line of a value of an enumeration. */
  enumValue(of: string, name: string): Place | null {
    const at = this.#declaring('/', ['enums', of, 'values', name]);
    return at === null ? null : at.source.placeOfKey(at.path);
  }

  /** The nearest file of the lineage that says something at `path`; an origin with a slash may be of what is carried. */
  #declaring(origin: string, path: Path): { source: SourceFile; path: Path; value: unknown } | null {
    const [carrier, carried] = this.dialect.carries?.split('/') ?? [];
    const lineages: [string, string][] = [[this.dialect.protocol, this.dialect.dialect]];
    if (carrier !== undefined && carried !== undefined && origin.includes('/')) lineages.push([carrier, carried]);
    for (const [protocol, start] of lineages) {
      let name: unknown = start;
      for (const seen = new Set<unknown>(); typeof name === 'string' && !seen.has(name); ) {
        seen.add(name);
        const source = this.#file(protocol, name);
        if (source === null) break;
        const value = valueAt(source.value(), path);
        if (value !== undefined && value !== null) return { source, path, value };
        name = valueAt(source.value(), ['extends']);
      }
    }
    return null;
  }

  #file(protocol: string, name: string): SourceFile | null {
    const end = `${protocol}/${name}.yaml`;
    let source = this.#files.get(end);
    if (source === undefined) {
      const found = this.texts.find(({ file }) => file === end || file.endsWith(`/${end}`));
      source = found === undefined ? null : SourceFile.parse(found.file, found.text, new Report());
      this.#files.set(end, source);
    }
    return source;
  }
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}
