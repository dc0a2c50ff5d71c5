import { StructureKind } from 'ts-morph';
import type { FamilyIR } from '../../../ir/structs.js';
import { doc } from '../docs.js';
import type { Statement } from '../render.js';
import { fileOf, hasChoice, identOf } from './shape-names.js';
import { SUPPORT } from './support-import.js';

/** `index.ts`: every struct as a namespace, and which family it is. */
export function familyIndex(ir: FamilyIR): Statement[] {
  const star = (name: string, file: string): Statement => ({
    kind: StructureKind.ExportDeclaration,
    namespaceExport: name,
    moduleSpecifier: `./${file}.js`,
  });
  const modules = ir.structs.flatMap((struct) => [
    ...(hasChoice(struct) ? [struct.name] : []),
    ...struct.shapes.map((shape) => shape.key),
  ]);
  return [
    {
      kind: StructureKind.ExportDeclaration,
      namedExports: ['ErrorCode', 'isWireError', 'type WireError'],
      moduleSpecifier: SUPPORT,
    },
    ...(ir.enums.length === 0 ? [] : [star('enums', 'enums')]),
    ...modules.map((key) => star(identOf(key), fileOf(key))),
    (writer) => {
      writer.blankLine();
      const text = doc(`${ir.title}. ${ir.doc}`, 'The hash is that of the IR this code was made from.');
      writer.write(text.startsWith('\n') ? `/**${text.replaceAll('\n', '\n * ')}\n */` : `/** ${text} */`).newLine();
      writer
        .write('export const FAMILY =')
        .space()
        .inlineBlock(() => {
          for (const key of ['protocol', 'family', 'hash'] as const) writer.writeLine(`${key}: '${ir[key]}',`);
        });
      writer.write(' as const;');
    },
  ];
}
