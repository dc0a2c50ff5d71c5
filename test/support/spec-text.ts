/** Writes layouts that are known from elsewhere the way texts of virtio-msg tell them. */

export interface StatedField {
  readonly name: string;
  readonly offset: number;
  readonly type: string;
  readonly size: number | null;
}

export interface StatedMessage {
  readonly cls: string;
  readonly name: string;
  readonly id: number;
  readonly sender: 'driver' | 'device' | 'any';
  readonly request: readonly StatedField[] | null;
  readonly response: readonly StatedField[] | null;
  readonly event: readonly StatedField[] | null;
}

const KINDS = ['request', 'response', 'event'] as const;
const WORD = { request: 'Request', response: 'Answer', event: 'Event' } as const;
const SUFFIX = { request: '_req', response: '_resp', event: '' } as const;
const SENDER = { driver: 'Driver', device: 'Device', any: 'Any' } as const;

const prefix = (m: StatedMessage): string => (m.cls === 'bus' ? 'bus' : 'msg');

/** As the texts up to 2025: a table of ids per class, and a table per message. */
export function asTables(messages: readonly StatedMessage[]): string {
  return ['transport', 'bus']
    .map((cls) => messages.filter((m) => m.cls === cls))
    .filter((of) => of.length > 0)
    .map((of) => `${idTable(of)}\n${of.map(layoutTable).join('\n')}`)
    .join('\n');
}

const idTable = (messages: readonly StatedMessage[]): string =>
  [
    '\\begin{tabular}{|l|l|l|}\n\\hline\nName & ID & Sender \\\\\n\\hline \\hline',
    ...messages.map((m) => `\\${prefix(m)}ref{${m.name}} & 0x${m.id.toString(16)} & ${SENDER[m.sender]} \\\\`),
    '\\end{tabular}',
  ].join('\n');

function layoutTable(m: StatedMessage): string {
  const rows = KINDS.flatMap((kind) => {
    const fields = m[kind];
    if (fields === null) return [];
    if (fields.length === 0) return [`${WORD[kind]} & 0 & 0 & None \\\\`];
    return fields.map(
      (f, i) =>
        `${i === 0 ? WORD[kind] : ''} & ${f.offset} & ${f.size ?? '...'} & ${f.name.replaceAll('_', '\\_')} \\\\`,
    );
  });
  return [
    `\\${prefix(m)}def{${m.name}}`,
    '\\begin{tabular}{|l|l|l|l|}\n\\hline\nType & Offset & Size (bytes) & Content \\\\\n\\hline',
    ...rows,
    '\\end{tabular}',
  ].join('\n');
}

/** As the text of 2026: structs in listings. */
export const asListings = (messages: readonly StatedMessage[]): string => messages.map(listing).join('\n');

function listing(m: StatedMessage): string {
  const structs = KINDS.flatMap((kind) => {
    const fields = m[kind];
    if (fields === null) return [];
    const members = fields.map((f) => `        ${declaration(f)}; /* so many; bytes */`);
    const name = `virtio_${m.cls === 'bus' ? 'bus_' : ''}msg_${m.name.toLowerCase()}${SUFFIX[kind]}`;
    return [`struct ${name} {`, ...(members.length === 0 ? ['        /* no payload */'] : members), '};'];
  });
  return [`\\${prefix(m)}def{${m.name}}`, '\\begin{lstlisting}', ...structs, '\\end{lstlisting}'].join('\n');
}

function declaration({ name, type, size }: StatedField): string {
  const [, element = '', count] = /^(\w+?)(?:\[(.*)\])?(?:\{.*)?$/.exec(type.replaceAll(' ', '')) ?? [];
  const spelled = element.replace(/^u(16|24|32|64)$/, 'le$1');
  return `${spelled} ${name}${count === undefined ? '' : size === null ? '[]' : `[${count}]`}`;
}
