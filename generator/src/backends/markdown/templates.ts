import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import type { DialectView } from './dialect-view.js';
import type { FamilyView, StructsView } from './family-view.js';
import type { ProtocolView } from './protocol-view.js';
import type { Table } from './table.js';

/** The templates, relative to the built file in `dist/backends/markdown/`. */
const FOLDER = new URL('../../../assets/markdown/', import.meta.url);

const read = (name: string): string => readFileSync(new URL(`${name}.hbs`, FOLDER), 'utf8');

/** `strict` makes a name that the view model lacks an error; Markdown is not HTML, so nothing is escaped. */
const OPTIONS = { strict: true, noEscape: true } as const;

const environment = Handlebars.create();
environment.registerPartial('table', read('table'));

const template = <View>(name: string): ((view: View) => string) => environment.compile<View>(read(name), OPTIONS);

export const dialectPage = template<DialectView>('dialect');
export const protocolPage = template<ProtocolView>('protocol');
export const familyPage = template<FamilyView>('family');
export const structsPage = template<StructsView>('structs');
export const tableText = template<Table>('table');
