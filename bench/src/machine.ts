import os from 'node:os';
import { type NodeBinary, ownNode } from './other-node/node-binary.js';

/** Where a result was measured; nothing in it names a person or a host. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly v8: string;
  readonly kernel: string;
}

/** `measured` is the Node that the subjects run under, which need not be this one. */
export const machine = (measured: NodeBinary = ownNode): Machine => ({
  cpu: os.cpus()[0]?.model.trim() || 'unknown processor',
  cores: os.cpus().length,
  node: measured.version,
  v8: measured.v8,
  kernel: `${os.type()} ${os.release()}, ${measured.arch}`,
});

export const machineLine = (m: Machine = machine()): string =>
  `${m.cpu}, ${m.cores} cores; Node ${m.node}, V8 ${m.v8}; ${m.kernel}`;
