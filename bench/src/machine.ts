import os from 'node:os';

/** Where a result was measured; nothing in it names a person or a host. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly v8: string;
  readonly kernel: string;
}

export const machine = (): Machine => ({
  cpu: os.cpus()[0]?.model.trim() || 'unknown processor',
  cores: os.cpus().length,
  node: process.version,
  v8: process.versions.v8,
  kernel: `${os.type()} ${os.release()}, ${os.arch()}`,
});

export const machineLine = (m: Machine = machine()): string =>
  `${m.cpu}, ${m.cores} cores; Node ${m.node}, V8 ${m.v8}; ${m.kernel}`;
