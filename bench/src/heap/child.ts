import { writeFileSync } from 'node:fs';
import { WrongSubject } from '../codec-case.js';
import { answerParent } from '../processes.js';
import { type HeapRow, heapRow } from './heap-row.js';
import { heapCases } from './plan.js';

/** Which of `heapCases`, over how many messages; `profile`: a file for what was sampled. */
export interface HeapOrder {
  readonly index: number;
  readonly messages: number;
  readonly profile: string | null;
}

export type HeapTold = { readonly row: HeapRow } | { readonly wrong: string } | { readonly done: true };

/** Profiles one subject in a process that has seen no other. */
answerParent<HeapOrder, HeapTold>(async ({ index, messages, profile: file }, tell) => {
  const c = heapCases()[index]!;
  try {
    c.verify();
  } catch (error) {
    if (!(error instanceof WrongSubject)) throw error;
    return tell({ wrong: error.message });
  }
  const { row, profile } = heapRow(c, messages);
  if (file !== null) writeFileSync(file, JSON.stringify(profile));
  await tell({ row });
});
