import { spawnSync } from 'node:child_process';
import type { SchemaText } from './read-schema.js';

/** A ref, a folder or a repository that is not there. The message is for people. */
export class GitProblem extends Error {}

const LARGEST = 1 << 28;

function git(folder: string, args: readonly string[], input?: string): Buffer {
  const run = spawnSync('git', ['-C', folder, ...args], { input, maxBuffer: LARGEST });
  if (run.error !== undefined) throw new GitProblem(`git cannot be run: ${run.error.message}`);
  if (run.status !== 0) throw new GitProblem(run.stderr.toString('utf8').trim() || `git ${args[0]} failed`);
  return run.stdout;
}

/**
 * All schema files below `folder` as they were at `ref`, sorted by path. Reads the object store: the working tree is not
 * touched. Throws `GitProblem`.
 */
export function schemaAt(folder: string, ref: string): SchemaText[] {
  const commit = commitOf(folder, ref);
  const names = git(folder, ['ls-tree', '-r', '-z', '--name-only', commit, '--', '.'])
    .toString('utf8')
    .split('\0')
    .filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('meta/'))
    .sort();
  if (names.length === 0) throw new GitProblem(`there is no schema in this folder at "${ref}"`);
  const batch = git(folder, ['cat-file', '--batch'], names.map((name) => `${commit}:./${name}\n`).join(''));
  let at = 0;
  return names.map((name) => {
    const end = batch.indexOf(0x0a, at);
    const size = Number(/ blob (\d+)$/.exec(batch.toString('latin1', at, end))?.[1]);
    if (!Number.isSafeInteger(size)) throw new GitProblem(`"${name}" at "${ref}" is not a file`);
    const text = batch.toString('utf8', end + 1, end + 1 + size);
    at = end + 1 + size + 1;
    return { file: `${ref}:${name}`, text };
  });
}

/** What looks like an option is none: a ref comes from a command line, perhaps from that of somebody else. */
function commitOf(folder: string, ref: string): string {
  if (ref === '' || ref.startsWith('-')) throw new GitProblem(`"${ref}" is not a git ref`);
  try {
    return git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`])
      .toString('latin1')
      .trim();
  } catch (problem) {
    if (!(problem instanceof GitProblem)) throw problem;
    const inside = spawnSync('git', ['-C', folder, 'rev-parse', '--git-dir']).status === 0;
    throw new GitProblem(inside ? `git knows no commit "${ref}"` : `"${folder}" is not in a git repository`);
  }
}
