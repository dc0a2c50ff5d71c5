import type { Report } from '../../diagnostics/report.js';
import type { StructIR } from '../../ir/structs.js';
import type { FieldSource } from '../../language/field.js';
import type { CommandSource, EnvelopeSource, StructSource } from '../../language/memory.js';
import type { ResolvedDialect } from '../../resolve/resolved.js';
import { checkKeys, checkRequest } from './check-commands.js';
import { layReading, type Reading } from './lay-struct.js';

const PARTS = ['out', 'in'] as const;

/** The two parts of every command as structs, `NAME:out` and `NAME:in`: the envelope with the part in the place of its body. */
export function layCommands(dialect: ResolvedDialect, report: Report): StructIR[] {
  const { envelope, commands, structs } = dialect.value;
  if (envelope === undefined || commands === undefined) {
    reportAlone(dialect, report);
    return [];
  }
  checkKeys(commands, envelope, dialect, report);
  return Object.entries(commands)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, command]) => {
      const parts = PARTS.map((part) => layPart(name, part, command, envelope, structs ?? {}, dialect, report));
      const [out, answer] = parts;
      if (out !== undefined && answer !== undefined)
        checkRequest(name, command, out, answer, envelope, dialect, report);
      return parts;
    });
}

/** Commands need what stands around them, and that is for nothing without commands. */
function reportAlone({ value, source }: ResolvedDialect, report: Report): void {
  if (value.envelope === undefined && value.commands === undefined) return;
  const [there, lacking] = value.envelope === undefined ? ['commands', 'envelope'] : ['envelope', 'commands'];
  report.add('VW312', source.placeOfKey([there]), `there is "${there}", and no "${lacking}"`, {
    hint: 'declare both: the envelope stands around the data of every command',
  });
}

function layPart(
  name: string,
  part: 'out' | 'in',
  command: CommandSource,
  envelope: EnvelopeSource,
  structs: Readonly<Record<string, StructSource>>,
  dialect: ResolvedDialect,
  report: Report,
): StructIR {
  const spec = command[part]?.spec ?? command.spec ?? envelope.spec ?? dialect.value.spec;
  const around = envelope[part];
  const body = around.findIndex((f) => f.role === 'body');
  const fixed = (body < 0 ? around : around.slice(0, body)).map(withoutRole);
  const doc = part === 'out' ? command.doc : `Result of ${name}.`;
  const path = ['commands', name, part, 'fields'];
  const reading: Reading = {
    name: null,
    tail: null,
    doc,
    spec,
    fields: command[part]?.fields ?? [],
    path,
    frame: { fields: fixed, path: ['envelope', part], prefix: `${around[body]?.name ?? 'data'}.` },
  };
  const key = `${name}:${part}`;
  const laid = layReading(key, reading, true, structs, {
    origin: {
      source: dialect.source,
      path: ['commands', name],
      protocol: dialect.value.protocol,
      dialect: dialect.value.dialect,
    },
    path,
    start: 0,
    spec,
    dialect,
    inHeader: false,
    report,
  });
  return { name: key, doc, spec, ...laid };
}

/** What a field of the envelope is for has been seen to. */
const withoutRole = ({ role: _role, ...field }: FieldSource): FieldSource => field;
