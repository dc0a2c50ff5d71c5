import type { Paint } from '../diagnostics/render-text.js';
import { TIE } from './flow.js';
import type { TraceOptions } from './index.js';
import type { RenderOptions } from './render.js';

const same = (text: string): string => text;
const PLAIN: Paint = { bold: same, red: same, yellow: same, cyan: same, dim: same };
/** The columns before a message's fields need up to 74; a narrower terminal has to wrap. */
const NARROWEST = 80;

/** Options with what stands for those that are not given. */
export const renderOptions = (options: TraceOptions): RenderOptions => ({
  width: Math.max(NARROWEST, options.width ?? 120),
  all: options.all ?? false,
  paint: options.paint ?? PLAIN,
});

/** All is laid out: blanks that no line breaks at are ordinary ones. */
export const unTied = (text: string): string => text.replaceAll(TIE, ' ');
