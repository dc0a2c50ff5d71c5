import os from 'node:os';

/** The machine figures were measured on, in one line. */
export const machine = (): string =>
  `node ${process.version}, V8 ${process.versions.v8}, ${os.cpus()[0]?.model.trim() ?? 'unknown processor'}, ${os.cpus().length} cores`;
