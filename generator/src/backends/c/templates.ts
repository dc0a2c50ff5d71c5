import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import type { ChecksView } from './checks.js';
import type { HeaderView } from './header-view.js';

/** The templates, relative to the built file in `dist/backends/c/`. */
const FOLDER = new URL('../../../assets/c/', import.meta.url);

const read = (name: string): string => readFileSync(new URL(`${name}.hbs`, FOLDER), 'utf8');

/** `strict` makes a name that the view model lacks an error; C is not HTML, so nothing is escaped. */
const OPTIONS = { strict: true, noEscape: true } as const;

const environment = Handlebars.create();
for (const part of ['members', 'assert', 'struct', 'union', 'enum']) environment.registerPartial(part, read(part));

const template = <View>(name: string): ((view: View) => string) => environment.compile<View>(read(name), OPTIONS);

export const headerText = template<HeaderView>('header');
export const checksText = template<ChecksView>('checks');
