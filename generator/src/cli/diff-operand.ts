import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Compiled } from '../compile.js';
import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Comparable } from '../diff/subject.js';
import { DialectIndex } from '../interpret/dialect-index.js';
import { FamilyIndex } from '../interpret/structs/family-index.js';
import type { SchemaText } from '../read/read-schema.js';
import type { IrStore } from '../store.js';
import { compileFolder, reportDiagnostics } from './commands/check.js';
import { UsageError } from './failure.js';
import { schemaFolder, shippedSchema } from './workspace.js';

/** One side of a comparison, and what the user called it. */
export interface Operand {
  readonly index: Comparable;
  readonly label: string;
}

/** Where names are looked up: a schema folder where one is named, else the IR that ships. */
export interface Places {
  readonly store: () => IrStore;
  readonly schema: string | undefined;
}

/**
 * A dialect, alias or family by name (`rfc3`, `virtio-core/blk`), a schema file (`wire/virtio-msg/draft.yaml`), or one of
 * the schema as it was at a git ref (`HEAD~1:rfc3`). Only the latter two read YAML.
 */
export async function operandOf(text: string, places: Places): Promise<Operand> {
  if (/\.ya?ml$/.test(text) && existsSync(text)) return fileOperand(text);
  const colon = text.lastIndexOf(':');
  if (colon > 0) return refOperand(text.slice(0, colon), text.slice(colon + 1), places);
  if (places.schema !== undefined) {
    const compiled = await sound(compileFolder(places.schema), `the schema in "${places.schema}"`);
    const found = pick(compiled, text);
    if (found !== null) return found;
  }
  const store = places.store();
  const index = store.dialect(text)?.index ?? familyOf(store, text);
  if (index === null) {
    const families = Object.keys(store.index.protocols).flatMap((protocol) => store.families(protocol));
    throw new UsageError(`unknown dialect or family "${text}"`, knownNames(text, [...store.names, ...families]));
  }
  return { index, label: labelOf(index, text) };
}

/** Under the name it was asked for, which may be an alias, with its protocol. */
const labelOf = (index: Comparable, text: string): string =>
  `${index.ir.protocol}/${index instanceof DialectIndex ? text.replace(`${index.ir.protocol}/`, '') : index.ir.family}`;

function familyOf(store: IrStore, text: string): FamilyIndex | null {
  for (const protocol of Object.keys(store.index.protocols)) {
    const name = text.startsWith(`${protocol}/`) ? text.slice(protocol.length + 1) : text;
    const family = store.family(protocol, name);
    if (family !== null) return family;
  }
  return null;
}

/** What a compiled schema has under this name. */
function pick({ dialects, families }: Compiled, name: string): Operand | null {
  const dialect = dialects.find((ir) =>
    [ir.dialect, ...ir.aliases.map((a) => a.name)].some((own) => own === name || `${ir.protocol}/${own}` === name),
  );
  if (dialect !== undefined)
    return { index: new DialectIndex(dialect), label: `${dialect.protocol}/${dialect.dialect}` };
  const family = families.find((ir) => ir.family === name || `${ir.protocol}/${ir.family}` === name);
  return family === undefined ? null : { index: new FamilyIndex(family), label: `${family.protocol}/${family.family}` };
}

const namesIn = ({ dialects, families }: Compiled): string[] => [
  ...dialects.flatMap((ir) => [ir.dialect, ...ir.aliases.map((a) => a.name)]),
  ...families.map((ir) => ir.family),
];

/** One file, with the files beside it and the shipped schema to inherit from. */
async function fileOperand(path: string): Promise<Operand> {
  if (!statSync(path).isFile()) throw new UsageError(`"${path}" is not a file`);
  const [{ compile }, { listSchema }] = await Promise.all([import('../compile.js'), import('../read/read-schema.js')]);
  const root = dirname(dirname(resolve(path)));
  const text = { file: path.split('\\').join('/'), text: readFileSync(path, 'utf8') };
  const near = (text: SchemaText): string => text.file.split('/').slice(1).join('/');
  const own = `${basename(dirname(resolve(path)))}/${basename(path)}`;
  const library = (): SchemaText[] => {
    const beside = listSchema(root, 'beside').filter((text) => near(text) !== own);
    const shipped = shippedSchema();
    const rest = shipped === null || shipped.folder === root ? [] : listSchema(shipped.folder, 'schema');
    const all = [...beside, ...rest.filter((text) => ![own, ...beside.map(near)].includes(near(text)))];
    const needed = protocolsOf(own.split('/')[0] ?? '', [...all, text]);
    return all.filter((other) => needed.has(near(other).split('/')[0] ?? ''));
  };
  const compiled = await sound(Promise.resolve(compile([text], library)), `"${path}"`);
  const [name] = namesIn(compiled);
  const found = name === undefined ? null : pick(compiled, name);
  if (found === null) throw new UsageError(`"${path}" declares neither a dialect nor structs`);
  return { ...found, label: path };
}

/** A protocol and those it carries: no dialect can inherit from any other, so that the rest need not be read. */
function protocolsOf(own: string, texts: readonly SchemaText[]): ReadonlySet<string> {
  const carried = texts
    .filter(({ file }) => file.includes(`${own}/`))
    .flatMap(({ text }) => /^carries: *"?([^/\s"]+)\//m.exec(text)?.[1] ?? []);
  return new Set([own, ...carried]);
}

async function refOperand(ref: string, name: string, { schema }: Places): Promise<Operand> {
  const compiled = await schemaAtRef(ref, schema);
  const found = pick(compiled, name);
  if (found === null)
    throw new UsageError(
      `the schema at "${ref}" has no dialect or family "${name}"`,
      knownNames(name, namesIn(compiled)),
    );
  return { ...found, label: `${ref}:${found.label}` };
}

/** The schema of a folder as it was at a git ref. */
export async function schemaAtRef(ref: string, schema: string | undefined): Promise<Compiled> {
  const { folder } = schemaFolder(schema);
  const [{ compile }, { listSchema }, { GitProblem, schemaAt }] = await Promise.all([
    import('../compile.js'),
    import('../read/read-schema.js'),
    import('../read/git-schema.js'),
  ]);
  try {
    const texts = schemaAt(folder, ref);
    const library = (): SchemaText[] => {
      const shipped = shippedSchema();
      return shipped === null || shipped.folder === join(folder) ? [] : listSchema(shipped.folder, shipped.shown);
    };
    return await sound(Promise.resolve(compile(texts, library)), `the schema at "${ref}"`);
  } catch (problem) {
    if (problem instanceof GitProblem) throw new UsageError(problem.message);
    throw problem;
  }
}

/** What cannot be compiled cannot be compared: its diagnostics are told, and that is all. */
export async function sound(compiling: Promise<Compiled>, what: string): Promise<Compiled> {
  const compiled = await compiling;
  const errors = compiled.report.diagnostics.filter((d) => d.severity === 'error').length;
  if (errors === 0) return compiled;
  reportDiagnostics(compiled);
  throw new UsageError(`${what} has ${errors} ${errors === 1 ? 'error' : 'errors'} and cannot be compared`);
}
