import { execFileSync } from 'node:child_process';
import { WrongUse } from '../select.js';

/** A Node to measure under. */
export interface NodeBinary {
  /** Absolute path of the program. */
  readonly path: string;
  /** As `process.version`: with a v. */
  readonly version: string;
  readonly v8: string;
  readonly arch: string;
}

/** The one this process runs under. */
export const ownNode: NodeBinary = {
  path: process.execPath,
  version: process.version,
  v8: process.versions.v8,
  arch: process.arch,
};

/** The packages ask for it. */
const OLDEST = 20;

export const majorOf = (version: string): number => Number(/^v?(\d+)/.exec(version)?.[1]);

const QUESTION = `JSON.stringify({ path: process.execPath, version: process.version, v8: process.versions.v8, arch: process.arch })`;

/** Asks a program what Node it is: a path, or a name that is looked for in PATH. Throws `WrongUse` where it is none to measure under. */
export function askNode(program: string): NodeBinary {
  let answer: string;
  try {
    // Whatever this is, it gets no input, and ends.
    answer = execFileSync(program, ['-p', QUESTION], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
      encoding: 'utf8',
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new WrongUse(`--node ${program}: there is no such program`, HINT);
    if (code === 'EACCES') throw new WrongUse(`--node ${program}: this cannot be run`, HINT);
    throw notNode(program);
  }
  const binary = parsed(answer);
  if (binary === null) throw notNode(program);
  if (majorOf(binary.version) < OLDEST)
    throw new WrongUse(
      `--node ${program}: this is Node ${binary.version}`,
      `the packages need Node ${OLDEST} or newer`,
    );
  return binary;
}

export const HINT = 'give the path of a Node, or a version as in --node 24 or --node 24.1.0';

const notNode = (program: string): WrongUse => new WrongUse(`--node ${program}: this is no Node`, HINT);

function parsed(answer: string): NodeBinary | null {
  try {
    const { path, version, v8, arch } = JSON.parse(answer) as Record<keyof NodeBinary, unknown>;
    const texts = [path, version, v8, arch].every((value) => typeof value === 'string');
    return texts ? ({ path, version, v8, arch } as NodeBinary) : null;
  } catch {
    return null;
  }
}
