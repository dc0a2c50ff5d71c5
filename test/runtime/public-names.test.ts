import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const dist = join(import.meta.dirname, '../../runtime/dist');

/** Names that save their own file some writing, and what a chain and its queue have to do with each other. */
const SHORTHAND = new Set(['As', 'None', 'ConfigWindow', 'Typed', 'Of', 'ChainGate', 'Segments']);

const isTypeOnly = (symbol: ts.Symbol): boolean =>
  symbol.declarations?.some((d) => ts.isExportSpecifier(d) && (d.isTypeOnly || d.parent.parent.isTypeOnly)) === true;

/** Types that the declarations of a package name and that its users cannot import, as `name in declaration`. */
function unnameable(entries: readonly string[]): string[] {
  const program = ts.createProgram([...entries], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    noLib: true,
    types: [],
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const real = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const modules = entries.map((entry) => checker.getSymbolAtLocation(program.getSourceFile(entry)!)!);
  const exported = modules.flatMap((module) => checker.getExportsOfModule(module));
  const names = new Set(exported.map(real));
  // What is exported as a type alone is made by others: how, concerns nobody.
  const made = new Set(exported.filter((symbol) => !isTypeOnly(symbol)).map(real));
  const missing = new Set<string>();
  for (const symbol of names) {
    const look = (node: ts.Node): void => {
      if (ts.isConstructorDeclaration(node) && !made.has(symbol)) return;
      const name = ts.isTypeReferenceNode(node)
        ? node.typeName
        : ts.isExpressionWithTypeArguments(node)
          ? node.expression
          : null;
      const found = name === null ? undefined : checker.getSymbolAtLocation(name);
      const named = found && real(found);
      const declared = named?.declarations?.[0];
      if (named !== undefined && declared !== undefined && !names.has(named)) {
        const ours = declared.getSourceFile().fileName.startsWith(dist);
        if (ours && !ts.isTypeParameterDeclaration(declared) && !SHORTHAND.has(named.name))
          missing.add(`${named.name} in ${symbol.name}`);
      }
      ts.forEachChild(node, look);
    };
    for (const declaration of symbol.declarations ?? []) look(declaration);
  }
  return [...missing].sort();
}

it('whoever uses the runtime can name every type that its public declarations name', () => {
  expect(unnameable([join(dist, 'index.d.ts'), join(dist, 'devices/index.d.ts')])).toEqual([]);
});
