import type { Dumped } from '../../dump/dump-lines.js';
import { frameJson, frameText, objectionsTo, type Where } from '../../dump/tell-frame.js';
import { out, paintFor, widthOf } from '../terminal.js';

/** Writes frames, as text or JSON, and counts what is wrong with them. */
export class Shown {
  objections = 0;
  #first = true;

  constructor(readonly options: { readonly clause?: boolean; readonly json?: boolean }) {}

  async frame(frame: Dumped, where: Where): Promise<void> {
    const paint = paintFor(process.stdout);
    const layout = { width: widthOf(process.stdout), paint, clause: this.options.clause === true };
    this.objections += objectionsTo(frame);
    if (this.options.json === true) await out(`${JSON.stringify(frameJson(frame, where))}\n`);
    else await out(`${this.#first ? '' : '\n'}${frameText(frame, where, layout)}\n`);
    this.#first = false;
  }
}
