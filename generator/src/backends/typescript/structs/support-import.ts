import { importNames } from '../render.js';

export const SUPPORT = '../../support/v1.js';

/** Stands where the import of the support module goes, until all that a file says is known. */
export const SUPPORT_IMPORT = `import {} from '${SUPPORT}';`;

const FUNCTIONS = [
  'copy_bytes',
  'exact_struct',
  'fill_zero',
  'in_element',
  'short_body',
  'short_tail',
  'u64_number',
  'unknown_arm',
];

/** A printed file with the import of those support names it uses. */
export function withSupport(text: string): string {
  const called = FUNCTIONS.filter((name) => text.includes(`${name}(`));
  const codes = text.includes('ErrorCode.') ? ['ErrorCode'] : [];
  return text.replace(SUPPORT_IMPORT, importNames(SUPPORT, [...called, ...codes, 'type WireError']));
}
