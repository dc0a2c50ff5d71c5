import { knownNames } from '../diagnostics/did-you-mean.js';
import { Report } from '../diagnostics/report.js';
import { bodyLayout, headerOf, isDialect, type LaidOut, layoutsOf } from '../ir/laid-out.js';
import type { FamilyIR } from '../ir/structs.js';
import type { DialectIR } from '../ir/types.js';
import { type Path, SourceFile } from '../read/source-file.js';
import type { CheckedMap, Mapped, MappedMember } from './checked-map.js';
import type { MapCode, MapFinding } from './finding.js';
import { type Fixed, fixedPlaces, namesIn } from './members.js';

/** Where the names of the map are looked up. */
export interface Known {
  /** A dialect or family by its name; null where there is none. */
  find(name: string): DialectIR | FamilyIR | null;
  /** Families that have structs, for names that stand without one. */
  families(): readonly FamilyIR[];
  names(): readonly string[];
}

export interface ReadMap {
  /** What the map says as far as it is right. */
  readonly map: CheckedMap;
  readonly findings: readonly MapFinding[];
  /** A line of the map, for who shows a finding. */
  line(number: number): string | undefined;
}

const KEYS = ['dialect', 'structs'];
const STRUCT_KEYS = ['type', 'from', 'within', 'size', 'members'];

/**
 * Reads a map of our names to those of a C header:
 *
 *     dialect: rfc3
 *     structs:
 *       SET_VQUEUE.request: { type: struct set_vqueue, from: payload, members: { index: idx, reserved1: null } }
 *       virtio_blk_config: virtio_blk_config
 *
 * Names that are not ours are findings with their place; nothing is thrown, whatever the text.
 */
export function readMap(file: string, text: string, named: string | undefined, known: Known): ReadMap {
  const report = new Report();
  const source = SourceFile.parse(file, text, report);
  if (source === null) {
    const lines = text.split('\n');
    return {
      map: { structs: [] },
      findings: report.diagnostics.map(({ place, message, hint }) => ({
        code: 'bad-yaml',
        severity: 'error',
        message: message.replace(' with the keys of a dialect or profile', ` with the keys ${KEYS.join(' and ')}`),
        place,
        ...(hint === undefined || hint.includes('same folder') ? {} : { hint }),
      })),
      line: (number) => lines[number - 1],
    };
  }
  const reader = new Reader(source, known);
  return { map: reader.read(named), findings: reader.findings, line: (number) => source.line(number) };
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

class Reader {
  readonly findings: MapFinding[] = [];

  constructor(
    readonly source: SourceFile,
    readonly known: Known,
  ) {}

  read(named: string | undefined): CheckedMap {
    const value = this.source.value();
    if (!isMapping(value)) return { structs: [] };
    this.#onlyKeys(value, [], KEYS);
    const name = named ?? value.dialect;
    if (name !== undefined && (typeof name !== 'string' || this.known.find(name) === null)) {
      this.#find(
        'unknown-dialect',
        ['dialect'],
        `"${String(name)}" is no dialect or family`,
        String(name),
        this.known.names(),
      );
      return { structs: [] };
    }
    if (!isMapping(value.structs)) {
      this.#add('bad-value', this.source.place(['structs']), '"structs" maps names of ours to those of the header');
      return { structs: [] };
    }
    const layouts = this.#layouts(typeof name === 'string' ? this.known.find(name) : null);
    return {
      structs: Object.entries(value.structs).flatMap(([key, given]) => {
        const path = ['structs', key];
        const laid = layouts.get(key);
        if (laid === undefined) {
          this.#find('unknown-struct', path, `there is no message body or struct "${key}"`, key, [...layouts.keys()]);
          return [];
        }
        return this.#mapped(laid, given, path) ?? [];
      }),
    };
  }

  /** By every name they may have: `transport.SET_VQUEUE.request` is `SET_VQUEUE.request` as well. */
  #layouts(ir: DialectIR | FamilyIR | null): Map<string, LaidOut> {
    const layouts = new Map<string, LaidOut>();
    if (ir !== null && isDialect(ir)) {
      const header = headerOf(ir);
      if (header !== null) layouts.set('header', header);
      for (const body of ir.bodies) {
        const short = `${body.message}.${body.kind}`;
        const laid = bodyLayout(body, header);
        if (!layouts.has(short)) layouts.set(short, laid);
        layouts.set(body.key, laid);
      }
    }
    const families = ir === null || isDialect(ir) ? this.known.families() : [ir];
    for (const laid of families.flatMap(layoutsOf)) if (!layouts.has(laid.key)) layouts.set(laid.key, laid);
    return layouts;
  }

  #mapped(laid: LaidOut, given: unknown, path: Path): Mapped | null {
    const value = typeof given === 'string' ? { type: given } : given;
    if (!isMapping(value) || typeof value.type !== 'string' || value.type.trim() === '') {
      this.#add('bad-value', this.source.place(path), `"${laid.key}" needs the name of a struct of the header`, HOW);
      return null;
    }
    const type = typeOf(value.type);
    if (type === null) {
      this.#add('bad-value', this.source.place([...path, 'type']), `"${value.type}" is no name of a C type`, HOW);
      return null;
    }
    this.#onlyKeys(value, path, STRUCT_KEYS);
    const { from = 'header', size = true, within = '', members = {} } = value;
    if (from !== 'header' && from !== 'payload')
      this.#add('bad-value', this.source.place([...path, 'from']), '"from" is header or payload');
    if (typeof size !== 'boolean')
      this.#add('bad-value', this.source.place([...path, 'size']), '"size" is true or false');
    if (typeof within !== 'string' || (within !== '' && !isDesignator(within)))
      this.#add('bad-value', this.source.place([...path, 'within']), '"within" is a member of their struct');
    if (!isMapping(members)) {
      this.#add(
        'bad-value',
        this.source.place([...path, 'members']),
        '"members" maps names of ours to members of theirs',
      );
      return null;
    }
    const start = from === 'payload' ? (laid.header?.minSize ?? 0) : 0;
    const prefix = typeof within === 'string' && within !== '' ? `${within}.` : '';
    const places = fixedPlaces(laid);
    const names = this.#names(members, namesIn(places), laid.key, [...path, 'members']);
    const found = places.flatMap((place) => memberOf(place, names, start, prefix));
    return { laid, type, from: start, size: size === true, members: found };
  }

  /** Their name by ours: null where it is not compared. */
  #names(members: Record<string, unknown>, ours: readonly string[], key: string, path: Path): Map<string, Theirs> {
    const names = new Map<string, Theirs>();
    for (const [name, value] of Object.entries(members)) {
      const at = [...path, name];
      if (!ours.includes(name)) {
        this.#find('unknown-member', at, `${key} has no member "${name}" with a fixed place`, name, ours);
        continue;
      }
      const theirs = isMapping(value) ? value.starts : value;
      if (theirs === null) names.set(name, { name: null, sized: false });
      else if (typeof theirs === 'string' && (theirs === '' || isDesignator(theirs)))
        names.set(name, { name: theirs, sized: !isMapping(value) });
      else
        this.#add(
          'bad-value',
          this.source.place(at),
          `what stands for ${key} ${name} is no member of a C struct`,
          'give a name like "hdr.len", null for none, or {starts: name} where theirs is cut otherwise',
        );
    }
    return names;
  }

  #onlyKeys(value: Record<string, unknown>, path: Path, keys: readonly string[]): void {
    for (const key of Object.keys(value))
      if (!keys.includes(key)) this.#find('unknown-key', [...path, key], `"${key}" is no key of a map`, key, keys);
  }

  #find(code: MapCode, path: Path, message: string, given: string, known: readonly string[]): void {
    this.#add(code, this.source.placeOfKey(path), message, knownNames(given, known));
  }

  #add(code: MapCode, place: MapFinding['place'], message: string, hint?: string): void {
    this.findings.push({ code, severity: 'error', message, place, ...(hint === undefined ? {} : { hint }) });
  }
}

interface Theirs {
  readonly name: string | null;
  /** Whether the size is compared, too. */
  readonly sized: boolean;
}

const HOW = 'write "name" or "struct name" for a struct, "union name", or "typedef name"';

/** `name` is a struct, as most are. Nothing that could end the expression it is put into passes. */
function typeOf(given: string): string | null {
  const match = /^(?:(struct|union|typedef)\s+)?([A-Za-z_]\w*)$/.exec(given.trim());
  if (match === null) return null;
  const [, kind = 'struct', name] = match;
  return kind === 'typedef' ? (name as string) : `${kind} ${name}`;
}

const isDesignator = (text: string): boolean => /^[A-Za-z_]\w*(\.[A-Za-z_]\w*|\[\d+\])*$/.test(text);

/** Reserved items are compared only where the map names them: hardly two headers call them the same. */
function memberOf(place: Fixed, names: ReadonlyMap<string, Theirs>, from: number, prefix: string): MappedMember[] {
  if (place.offset < from) return [];
  const given = nearest(place.path, names);
  if (given === null) {
    if (place.reserved) return [];
    return [{ ...toMember(place, from), theirs: prefix + elements(place.path) }];
  }
  const { theirs, rest, exact } = given;
  if (theirs.name === null || (place.reserved && !exact)) return [];
  const path = theirs.name === '' ? rest.replace(/^\./, '') : theirs.name + rest;
  if (path === '') return [];
  const member = { ...toMember(place, from), theirs: prefix + elements(path) };
  return [theirs.sized || !exact ? member : { ...member, size: null }];
}

const toMember = ({ path, offset, size, spec }: Fixed, from: number): Omit<MappedMember, 'theirs'> => ({
  path,
  offset: offset - from,
  size,
  spec,
});

const elements = (path: string): string => path.replaceAll('[]', '[0]');

/** The entry for the path, or for the innermost struct it stands in. */
function nearest(path: string, names: ReadonlyMap<string, Theirs>) {
  let best: { theirs: Theirs; rest: string; exact: boolean; length: number } | null = null;
  for (const [name, theirs] of names) {
    const inside = path.startsWith(name) && /^($|\.|\[)/.test(path.slice(name.length));
    if (inside && name.length > (best?.length ?? -1))
      best = { theirs, rest: path.slice(name.length), exact: path === name, length: name.length };
  }
  return best;
}
