import type { Paint } from '../diagnostics/render-text.js';
import { toHex } from '../interpret/values.js';
import { shown } from './outcome.js';
import type { Translation } from './translation.js';

/** `transport GET_SHM response`: a body's key as people say it. */
export const titleOf = (key: string): string => key.replaceAll('.', ' ');

/** What became of a message, for people. The bytes stand alone in their line. */
export function renderTranslation(translation: Translation, from: string, to: string, paint: Paint): string {
  const { verdict } = translation;
  const title = translation.from === null ? '' : ` ${titleOf(translation.from)}`;
  const colour = verdict === 'exact' ? paint.cyan : verdict === 'lossy' ? paint.yellow : paint.red;
  const head = `${from} → ${to}${title}: ${colour(verdict)}`;
  if (translation.verdict === 'impossible') return [head, ...translation.why.map(({ says }) => `  ${says}`)].join('\n');
  const renamed = translation.to === translation.from ? [] : [`  now      ${titleOf(translation.to)}`];
  return [
    head,
    `  ${toHex(translation.bytes)}`,
    ...renamed,
    ...translation.lost.map(({ says }) => `  lost     ${says}`),
    ...translation.assumed.map(({ field, value }) => `  assumed  ${field} = ${shown(value)}`),
  ].join('\n');
}
