import { join, resolve } from 'node:path';
import { UsageError } from '../failure.js';
import { repositoryRoot, schemaFolder } from '../workspace.js';

export interface GenerateOptions {
  readonly schema?: string;
  readonly out?: string;
  readonly only?: string;
  readonly check?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Folders and files one run writes; null where a run outside the repository writes none. */
export interface Targets {
  readonly codecs: string;
  readonly messages: string | null;
  readonly schemas: string | null;
  readonly readme: string | null;
  /** What `vwire vectors --record` has written. */
  readonly passed: string | null;
  /** Everything whose content a stamp vouches for. */
  readonly all: readonly string[];
}

/** Documents and editor schemas belong to the repository; with --out only the codecs are written. */
export function targetsOf(options: GenerateOptions): Targets {
  const { folder } = schemaFolder(options.schema);
  if (options.out === undefined && repositoryRoot === null)
    throw new UsageError('where do the codecs go?', 'name a folder among your sources with --out DIR');
  const home =
    options.out === undefined && repositoryRoot !== null && folder === join(repositoryRoot, 'schema')
      ? repositoryRoot
      : null;
  if (options.out === undefined && home === null)
    throw new UsageError(
      `the codecs of "${options.schema ?? ''}" need a folder of their own`,
      'name it with --out DIR',
    );
  const codecs = home === null ? resolve(options.out ?? '') : join(home, 'generated');
  const messages = home === null ? null : join(home, 'docs', 'messages');
  const readme = home === null ? null : join(home, 'README.md');
  const passed = home === null ? null : join(home, 'test', 'vectors-passed.json');
  return {
    codecs,
    messages,
    schemas: home === null ? null : join(home, 'schema'),
    readme,
    passed,
    all: [codecs, messages, readme, passed, home === null ? null : join(home, 'schema', 'meta')].filter(
      (path) => path !== null,
    ),
  };
}
