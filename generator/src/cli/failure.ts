/** Wrong use of the command line: told in one or two lines, exit code 2. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly hint?: string | undefined,
  ) {
    super(message);
  }
}

export const EXIT = { OK: 0, FINDINGS: 1, USAGE: 2, INTERNAL: 3 } as const;
