import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
import { hexId } from '../ir/spell-id.js';
import type { Path, SourceFile } from '../read/source-file.js';
import type { ResolvedDialect, ResolvedMessage } from '../resolve/resolved.js';

/** No two messages of a class share an id with the same kind of body, and every id lies in a range of its class. */
export function checkIds(dialect: ResolvedDialect, report: Report): void {
  checkRanges(dialect, report);
  const taken = new Map<string, ResolvedMessage>();
  // A class within another one has no space of ids of its own.
  const spaceOf = (name: string): string => dialect.classes?.value[name]?.within ?? name;
  const ranges = dialect.ranges?.value ?? [];
  // What this dialect declares comes last: of two messages that collide, its own is the mistake, not the inherited one.
  const isOwn = (m: ResolvedMessage): number => (m.id.origin.dialect === dialect.value.dialect ? 1 : 0);
  for (const message of [...dialect.messages.values()].sort((a, b) => isOwn(a) - isOwn(b))) {
    const place = message.id.origin.source.place(message.id.origin.path);
    // A request and an event look alike on the wire: both have the response bit clear.
    for (const side of new Set(
      [...message.bodies.keys()].map((kind) => (kind === 'response' ? 'response' : 'request or event')),
    )) {
      const key = `${spaceOf(message.class)} ${message.id.value} ${side}`;
      const first = taken.get(key);
      if (first !== undefined) {
        report.add(
          'VW208',
          place,
          `${message.name} and ${first.name} both use ${spaceOf(message.class)} id ${hexId(message.id.value)} (${side})`,
          {
            also: { ...first.id.origin.source.place(first.id.origin.path), text: `${first.name} takes it here` },
            hint: 'give one of them another id, or remove the inherited one',
          },
        );
        break;
      }
      taken.set(key, message);
    }
    const own = ranges.filter((r) => r.class === message.class);
    if (own.length > 0 && !own.some((r) => message.id.value >= r.from && message.id.value <= r.to)) {
      const known = own.map((r) => `${hexId(r.from)}..${hexId(r.to)} ${r.owner}`).join(', ');
      report.add(
        'VW209',
        place,
        `${message.class} id ${hexId(message.id.value)} of ${message.name} lies in no declared range`,
        {
          also:
            dialect.ranges === null
              ? undefined
              : {
                  ...dialect.ranges.origin.source.placeOfKey(dialect.ranges.origin.path),
                  text: 'the ranges are declared here',
                },
          hint: `declared: ${known}`,
        },
      );
    }
  }
}

function checkRanges(dialect: ResolvedDialect, report: Report): void {
  // Those of a carried dialect are checked where they are declared.
  if (dialect.ownRanges === null) return;
  const { value: ranges, origin } = dialect.ownRanges;
  ranges.forEach((range, index) => {
    const path = [...origin.path, index];
    if (dialect.classes !== null && !Object.hasOwn(dialect.classes.value, range.class)) {
      report.add('VW215', origin.source.place([...path, 'class']), `there is no message class "${range.class}"`, {
        hint: knownNames(range.class, Object.keys(dialect.classes.value)),
      });
    }
    checkRange(range, origin.source, path, report);
    const first = ranges
      .slice(0, index)
      .findIndex((r) => r.class === range.class && r.from <= range.to && range.from <= r.to);
    const other = ranges[first];
    if (other === undefined || range.from > range.to) return;
    report.add(
      'VW217',
      origin.source.place(path),
      `${range.class} ids ${hexId(range.from)}..${hexId(range.to)} overlap ${hexId(other.from)}..${hexId(other.to)}`,
      {
        also: { ...origin.source.place([...origin.path, first]), text: 'the other range is here' },
        hint: 'an id has one owner',
      },
    );
  });
}

/** A range that holds nothing. */
export function checkRange(
  range: { readonly from: number; readonly to: number },
  source: SourceFile,
  path: Path,
  report: Report,
): void {
  if (range.from <= range.to) return;
  report.add(
    'VW306',
    source.place([...path, 'from']),
    `from ${hexId(range.from)} is above to ${hexId(range.to)}: the range is empty`,
    {
      also: { ...source.place([...path, 'to']), text: '"to" is here' },
      hint: 'exchange the two',
    },
  );
}
