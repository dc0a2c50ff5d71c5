import type { BodyIR, DialectIR, ProfileIR } from '../../ir/types.js';
import { inOrder, treeOf } from './lineage.js';
import { anchor, code, framesText, messagesIn, sentence } from './spell.js';
import { type Table, table, tableOrNothing } from './table.js';

/** Everything the index page of one protocol says. */
export interface ProtocolView {
  readonly protocol: string;
  readonly tree: readonly string[];
  readonly dialects: Table;
  readonly aliases: Table | null;
  readonly judged: Table;
  readonly profiles: readonly ProfileView[] | null;
}

interface ProfileView {
  readonly name: string;
  readonly title: string;
  readonly doc: string;
  readonly spec: string;
  readonly refuses: readonly string[] | null;
  readonly rules: Table | null;
}

export function protocolView(
  protocol: string,
  dialects: readonly DialectIR[],
  profiles: readonly ProfileIR[],
): ProtocolView {
  const ordered = inOrder(dialects).map((n) => n.dialect);
  const page = (name: string): string => `[${name}](${name}.md)`;
  const profile = (name: string): string =>
    profiles.some((p) => p.name === name) ? `[${name}](#${anchor(name)})` : name;
  return {
    protocol,
    tree: treeOf(dialects),
    dialects: table(
      ['dialect', 'title', 'header:', 'messages end', 'messages:', 'bodies:', 'rules'],
      ordered.map((d) => [
        page(d.dialect),
        d.title,
        `${d.framing.headerSize} bytes`,
        d.framing.fixedSize === null ? framesText(d.framing, d) : `after ${d.framing.fixedSize} bytes`,
        String(messagesIn(d)),
        String(d.bodies.length),
        profile(d.profile),
      ]),
    ),
    aliases: tableOrNothing(
      ['alias', 'bytes of', 'rules', 'what it is'],
      ordered.flatMap((d) => d.aliases.map((a) => [code(a.name), page(d.dialect), profile(a.profile), a.doc])),
    ),
    judged: judgedTable(profiles),
    profiles: profiles.length === 0 ? null : profiles.map(profileView),
  };
}

const KINDS: readonly BodyIR['kind'][] = ['request', 'response', 'event'];

/** What every profile looks at, side by side; an empty cell is not judged. */
function judgedTable(profiles: readonly ProfileIR[]): Table {
  const mark = (judged: boolean, text = 'yes'): string => (judged ? text : '');
  const rows = profiles.map((p) => [
    `[${p.name}](#${anchor(p.name)})`,
    mark(p.reserved === 'judged'),
    mark(p.constraints === 'judged'),
    mark(p.enums === 'judged'),
    mark(p.token === 'correlation'),
    mark(p.busDevice === 'zero'),
    exactSizes(p.exactSize),
    mark(p.padding === 'zero'),
    mark(p.generation !== 'ignored', p.generation),
    mark(p.answers === 'in_order'),
    p.maxMessageSize === null ? '' : String(p.maxMessageSize),
    p.maxDevice === null ? '' : String(p.maxDevice),
    p.rules.length + p.refuses.length === 0 ? '' : String(p.rules.length + p.refuses.length),
  ]);
  const columns = [
    'reserved is zero',
    'constraints',
    'enum values',
    'token correlates',
    'bus device is 0',
    'size is exact',
    'padding is zero',
    'generation',
    'answers in order',
  ];
  return table(['profile', ...columns, 'largest message:', 'largest device:', 'own rules:'], rows);
}

const exactSizes = (kinds: readonly BodyIR['kind'][]): string =>
  KINDS.every((k) => kinds.includes(k)) ? 'yes' : kinds.map((k) => `${k}s`).join(', ');

const profileView = ({ name, title, doc, spec, refuses, rules }: ProfileIR): ProfileView => ({
  name,
  title,
  doc: sentence(doc),
  spec,
  refuses: refuses.length === 0 ? null : refuses.map((r) => `${code(r.key)}: ${r.doc}`),
  rules: tableOrNothing(
    ['body', 'must hold', 'meaning'],
    rules.map((r) => [code(r.key), code(r.expression), r.doc]),
  ),
});
