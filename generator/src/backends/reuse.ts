/** Files by path relative to the output folder. */
export type Texts = ReadonlyMap<string, string>;

/** Lets a back end keep what it made before of the same input. What comes out is the same with and without. */
export interface Reuse {
  /** The files that `render` makes; `madeOf` says everything that decides what stands in them, their paths included. */
  files(madeOf: string, render: () => Texts): Texts;
}

/** Keeps nothing. */
export const AFRESH: Reuse = { files: (_madeOf, render) => render() };
