import { existsSync } from 'node:fs';
import { isUnread, UNREAD } from '../capture/form.js';
import { knownNames } from '../diagnostics/did-you-mean.js';
import type { LineOptions } from '../jsonl/decode-lines.js';
import type { Found, IrStore } from '../store.js';
import { UsageError } from './failure.js';
import { type Sniffed, sniff } from './input.js';

/** Unknown names on the command line are wrong use, told with the nearest names; in a line they are that line's error. */
export function checkNames(store: IrStore, options: LineOptions): void {
  if (options.dialect !== undefined && store.dialect(options.dialect) === null) {
    throw new UsageError(`unknown dialect "${options.dialect}"`, knownNames(options.dialect, store.names));
  }
  if (options.profile !== undefined && !store.profileNames.includes(options.profile)) {
    throw new UsageError(`unknown profile "${options.profile}"`, knownNames(options.profile, store.profileNames));
  }
}

/** The dialect that inputs without names speak. */
export function spoken(
  store: IrStore,
  inputs: readonly string[],
  options: { readonly dialect?: string | undefined },
): Found {
  if (inputs.length === 0) throw new UsageError('nothing to decode', 'give hexadecimal digits, a file, or "-"');
  const found = options.dialect === undefined ? null : store.dialect(options.dialect);
  if (found === null)
    throw new UsageError('which dialect do the bytes speak?', `give --dialect: ${store.names.join(', ')}`);
  return found;
}

/** Whether an argument is the digits of a message rather than the name of a file. */
export const isHex = (input: string): boolean =>
  input !== '-' && !existsSync(input) && /^(0x)?[0-9a-fA-F\s:_,-]+$/.test(input);

/** An input of digits, raw bytes or pcapng, not empty, and JSON only where it is asked for. */
export async function sniffMessages(input: string, size: number, json = false): Promise<Sniffed> {
  const sniffed = await sniff(input, size);
  if (sniffed.kind === 'empty') throw new UsageError(`"${input}" is empty: there is nothing to decode`);
  checkForm(input, sniffed.kind);
  if (sniffed.kind === 'json' && !json) throw new UsageError(`"${input}" holds JSON`, 'add --jsonl');
  return sniffed;
}

/** A form that is known and not read is told with how to go on. */
export function checkForm(input: string, form: string): void {
  if (isUnread(form)) throw new UsageError(`"${input}" is ${UNREAD[form].what}`, UNREAD[form].hint);
}

/** A capture can be read as what its first bytes look like: raw bytes only in a dialect that is named. */
export function checkRead(file: string, form: string, { dialect }: { readonly dialect?: string }): void {
  checkForm(file, form);
  if (form === 'raw' && dialect === undefined)
    throw new UsageError(
      `"${file}" holds raw bytes: which dialect do they speak?`,
      'give --dialect, or ask "vwire identify"',
    );
}
