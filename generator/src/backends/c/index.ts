import type { Mapped } from '../../header-map/checked-map.js';
import type { FamilyIR } from '../../ir/structs.js';
import type { DialectIR } from '../../ir/types.js';
import { checksView } from './checks.js';
import { type HeaderOptions, headerView } from './header-view.js';
import { checksText, headerText } from './templates.js';

export { type Declared, declarationsOf, type HeaderOptions } from './header-view.js';
export type { TypeStyle } from './int-types.js';
export { type Reached, reachOf } from './reach.js';
export type { CNode, CTree } from './tree.js';

/**
 * The C11 header of one dialect or family of structs, which C++ reads as well: packed structs with their sizes and
 * offsets asserted, ids, enums, bits as masks and shifts. A pure function of the IR.
 *
 * Arrays of variable size are flexible members where they come last, and macros that tell their offset otherwise.
 */
export const renderCHeader = (ir: DialectIR | FamilyIR, options: HeaderOptions): string =>
  headerText(headerView(ir, options)).replace(/\n{3,}/g, '\n\n');

/**
 * A C file of assertions about the structs of somebody's header, which it includes and nobody parses: their compiler says
 * whether members are where the schema has them. `include` is put between quotes unless it stands in angle brackets.
 */
export const renderCChecks = (include: string, structs: readonly Mapped[]): string =>
  checksText(checksView(include, structs))
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()
    .concat('\n');
