/** `package`: this repository's codecs package. `sources`: a folder among the sources of somebody's own project. */
export type OutputLayout = 'package' | 'sources';

/** Path of a file of code below the output folder. */
export const codePath = (layout: OutputLayout, path: string): string =>
  layout === 'package' ? path : path.replace(/^src\//, '');
