import type { Report } from '../diagnostics/report.js';
import type { ResolvedDialect, ResolvedMessage } from '../resolve/resolved.js';

const hex = (id: number): string => `0x${id.toString(16).padStart(2, '0')}`;

/** No two messages of a class share an id with the same kind of body, and every id lies in a range of its class. */
export function checkIds(dialect: ResolvedDialect, report: Report): void {
  const taken = new Map<string, ResolvedMessage>();
  const ranges = dialect.ranges?.value ?? [];
  for (const message of dialect.messages.values()) {
    const place = message.id.origin.source.place(message.id.origin.path);
    // A request and an event look alike on the wire: both have the response bit clear.
    for (const side of new Set([...message.bodies.keys()].map((kind) => (kind === 'response' ? 'response' : 'request or event')))) {
      const key = `${message.class} ${message.id.value} ${side}`;
      const first = taken.get(key);
      if (first !== undefined) {
        report.add('VW208', place, `${message.name} and ${first.name} both use ${message.class} id ${hex(message.id.value)} (${side})`, {
          also: { ...first.id.origin.source.place(first.id.origin.path), text: `${first.name} takes it here` },
        });
        break;
      }
      taken.set(key, message);
    }
    const own = ranges.filter((r) => r.class === message.class);
    if (own.length > 0 && !own.some((r) => message.id.value >= r.from && message.id.value <= r.to)) {
      const known = own.map((r) => `${hex(r.from)}..${hex(r.to)} ${r.owner}`).join(', ');
      report.add('VW209', place, `${message.class} id ${hex(message.id.value)} of ${message.name} lies in no declared range`, {
        hint: `declared: ${known}`,
      });
    }
  }
}
