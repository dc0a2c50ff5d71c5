import {
  type CodeBlockWriter,
  type FunctionDeclarationStructure,
  IndentationText,
  NewLineKind,
  Project,
  QuoteKind,
  type StatementStructures,
  StructureKind,
  type WriterFunction,
} from 'ts-morph';

/** One top-level declaration of a generated file. */
export type Statement = StatementStructures | WriterFunction | string;

export interface Parameter {
  readonly name: string;
  readonly type: string;
}

export const VIEW: readonly Parameter[] = [
  { name: 'view', type: 'DataView' },
  { name: 'p', type: 'number' },
];
export const VIEW_END: readonly Parameter[] = [...VIEW, { name: 'end', type: 'number' }];

const LINE = 120;

const jsdoc = (doc: string): string =>
  doc.startsWith('\n') ? `/**${doc.replaceAll('\n', '\n * ')}\n */` : `/** ${doc} */`;

export interface FunctionText {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly returns: string;
  readonly doc: string;
  readonly body: readonly string[];
  readonly exported?: boolean;
}

/** A function declaration; one whose signature is longer than a line gets a parameter per line. */
export function fn({ name, parameters, returns, doc, body, exported = true }: FunctionText): Statement {
  const list = parameters.map((parameter) => `${parameter.name}: ${parameter.type}`);
  const head = `${exported ? 'export ' : ''}function ${name}(`;
  if (head.length + list.join(', ').length + `): ${returns} {`.length > LINE) {
    return (writer) => writeLong(writer, head, list, returns, doc, body);
  }
  const structure: FunctionDeclarationStructure = {
    kind: StructureKind.Function,
    name,
    isExported: exported,
    parameters: parameters.map((parameter) => ({ ...parameter })),
    returnType: returns,
    docs: [doc],
    statements: [body.join('\n')],
  };
  return structure;
}

// ts-morph prints parameters on one line whatever its length, and no formatter runs afterwards.
function writeLong(
  writer: CodeBlockWriter,
  head: string,
  list: readonly string[],
  returns: string,
  doc: string,
  body: readonly string[],
): void {
  writer.writeLine(jsdoc(doc));
  writer.writeLine(head).indent(() => {
    for (const parameter of list) writer.writeLine(`${parameter},`);
  });
  writer.write(`): ${returns}`).block(() => {
    writer.write(body.join('\n'));
  });
}

/** `export const NAME = value;`, as text: ts-morph would indent a value of several lines twice. */
export const constant = (name: string, value: string, text: string): string =>
  `${jsdoc(text)}\nexport const ${name} = ${value};`;

export interface Property {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
  readonly optional?: boolean;
  readonly readonly?: boolean;
}

export const iface = (name: string, doc: string, properties: readonly Property[]): Statement => ({
  kind: StructureKind.Interface,
  name,
  isExported: true,
  docs: [doc],
  properties: properties.map((property) => ({
    name: property.name,
    type: property.type,
    hasQuestionToken: property.optional ?? false,
    isReadonly: property.readonly ?? false,
    docs: property.doc === '' ? [] : [property.doc],
  })),
});

/** `import { a, type B } from 'module';`, sorted and without repeats. */
export function importNames(module: string, names: readonly string[]): string {
  const bare = (name: string): string => name.replace(/^type /, '');
  const sorted = [...new Set(names)].sort((a, b) => (bare(a) < bare(b) ? -1 : 1));
  const line = `import { ${sorted.join(', ')} } from '${module}';`;
  return line.length <= LINE ? line : `import {\n${sorted.map((name) => `  ${name},\n`).join('')}} from '${module}';`;
}

export const importAll = (module: string, name: string, typeOnly = false): string =>
  `import ${typeOnly ? 'type ' : ''}* as ${name} from '${module}';`;

/** Prints files, each from one batch of declarations: adding them one by one is super-linear. */
export class Printer {
  readonly #project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: {
      indentationText: IndentationText.TwoSpaces,
      quoteKind: QuoteKind.Single,
      newLineKind: NewLineKind.LineFeed,
    },
  });

  print(path: string, provenance: string, statements: readonly Statement[]): string {
    const isImport = (statement: Statement): boolean =>
      typeof statement === 'string' && statement.startsWith('import ');
    const imports = statements.filter((statement) => typeof statement === 'string').filter(isImport);
    // ts-morph puts no blank line between pieces of text.
    const head = (writer: CodeBlockWriter): void => {
      for (const line of [`// ${provenance}`, ...imports]) writer.writeLine(line);
      if (imports.length > 0) writer.blankLine();
    };
    const file = this.#project.createSourceFile(path, { statements: [head, ...statements.slice(imports.length)] });
    const text = file.getFullText();
    return text.endsWith('\n') ? text : `${text}\n`;
  }
}
