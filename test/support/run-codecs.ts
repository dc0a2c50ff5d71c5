import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DialectIR, FamilyIR } from '@virtio-wire/generator';
import { renderTypeScript } from '@virtio-wire/generator/typescript';
import ts from 'typescript';

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noFallthroughCasesInSwitch: true,
  verbatimModuleSyntax: true,
  lib: ['lib.es2022.d.ts'],
  types: [],
};

let scratch: string | undefined;
let made = 0;

/** A folder of this process, for its caller to remove. */
export const scratchFolder = (): string => {
  scratch ??= mkdtempSync(join(tmpdir(), 'vwire-random-'));
  return scratch;
};

const rendered = (ir: DialectIR | FamilyIR): ReadonlyMap<string, string> =>
  'family' in ir ? renderTypeScript([], [], [ir]) : renderTypeScript([ir]);

/** Renders a dialect or family, turns it into JavaScript and imports it. */
export async function importRendered(ir: DialectIR | FamilyIR): Promise<unknown> {
  const folder = join(scratchFolder(), String(made++));
  for (const [path, text] of rendered(ir)) {
    const file = join(folder, path.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, ts.transpileModule(text, { compilerOptions: OPTIONS }).outputText);
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return import(
    /* @vite-ignore */ pathToFileURL(
      join(folder, `src/${ir.protocol}/${'family' in ir ? ir.family : ir.dialect}/index.js`),
    ).href
  );
}

const parsed = new Map<string, ts.SourceFile>();

/** What the compiler, as strict as this repository, has to say about the rendered files of a dialect. */
export function typeErrors(ir: DialectIR | FamilyIR): string[] {
  const files = new Map([...rendered(ir)].map(([path, text]) => [`/${path}`, text]));
  const host = ts.createCompilerHost(OPTIONS);
  const original = host.getSourceFile.bind(host);
  host.getSourceFile = (path, version) => {
    const text = files.get(path);
    if (text !== undefined) return ts.createSourceFile(path, text, version);
    // The library is the same for every program and takes most of the time.
    const known = parsed.get(path) ?? original(path, version);
    if (known !== undefined) parsed.set(path, known);
    return known;
  };
  host.fileExists = (path) => files.has(path) || ts.sys.fileExists(path);
  host.readFile = (path) => files.get(path) ?? ts.sys.readFile(path);
  host.directoryExists = () => true;
  const program = ts.createProgram([...files.keys()], { ...OPTIONS, noEmit: true }, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map((d) => `${d.file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`);
}
