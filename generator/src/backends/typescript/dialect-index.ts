import { StructureKind } from 'ts-morph';
import type { DialectIR } from '../../ir/types.js';
import { doc } from './docs.js';
import type { Statement } from './render.js';
import type { DialectModel } from './view-model.js';

/** `index.ts`: whole-dialect functions by name, every body and the header as a namespace, and which dialect it is. */
export function dialectIndex({ ir, bodies }: DialectModel): Statement[] {
  const named = (file: string, ...names: string[]): Statement => ({
    kind: StructureKind.ExportDeclaration,
    namedExports: names,
    moduleSpecifier: file,
  });
  const star = (name: string, file: string): Statement => ({
    kind: StructureKind.ExportDeclaration,
    namespaceExport: name,
    moduleSpecifier: `./${file}.js`,
  });
  return [
    named('../../support/v1.js', 'ErrorCode', 'isWireError', 'type WireError'),
    named('./message.js', 'type AnyMessage', 'check', 'decode', 'decodeExact', 'describe'),
    named('./stream.js', 'decodeStream', 'type Handler', 'handler'),
    star('enums', 'enums'),
    star('header', 'header'),
    ...bodies.map((body) => star(body.ident, body.name)),
    identity(ir),
  ];
}

function identity(ir: DialectIR): Statement {
  return (writer) => {
    writer.blankLine();
    writer
      .write(
        `/**${doc(`${ir.title}. ${ir.doc}`, 'The hash is that of the IR this code was made from.').replaceAll('\n', '\n * ')}\n */`,
      )
      .newLine();
    writer
      .write('export const DIALECT =')
      .space()
      .inlineBlock(() => {
        for (const key of ['protocol', 'dialect', 'hash'] as const) writer.writeLine(`${key}: '${ir[key]}',`);
      });
    writer.write(' as const;');
  };
}
