import { framesIn, type Heard, type Item } from './conversation.js';

/** Items as they are shown: one after another, or a group of them that comes back many times in a row. */
export type Shown = { readonly items: readonly Item[]; readonly times: number; readonly until: number | null };

/** A group is folded when it comes back more often than this. */
const OFTEN = 3;

/** Longest group that is looked for: a notification, its answer, and what the capture remarks about each. */
const LONGEST = 4;

/** Folds items that repeat in the same form; everything else stands alone. */
export function fold(items: readonly Item[]): Shown[] {
  const forms = items.map(formOf);
  const shown: Shown[] = [];
  for (let at = 0; at < items.length; ) {
    const { length, times } = repetition(forms, at);
    const group = items.slice(at, at + length);
    const end = items[at + length * times - 1];
    shown.push({ items: group, times, until: end === undefined ? null : lastTime(end) });
    at += length * times;
  }
  return shown;
}

function repetition(forms: readonly (string | null)[], at: number): { length: number; times: number } {
  for (let length = 1; length <= LONGEST; length++) {
    if (forms.slice(at, at + length).some((f) => f === null)) break;
    let times = 1;
    while (same(forms, at, at + length * times, length)) times++;
    if (times > OFTEN) return { length, times };
  }
  return { length: 1, times: 1 };
}

function same(forms: readonly (string | null)[], left: number, right: number, length: number): boolean {
  if (right + length > forms.length) return false;
  for (let i = 0; i < length; i++) if (forms[left + i] !== forms[right + i]) return false;
  return true;
}

/** Equal for items that tell a reader the same; null for what is never folded. */
function formOf(item: Item): string | null {
  if (item.kind === 'facts') return `facts ${item.facts.map(([name]) => name).join(' ')}`;
  if (item.kind === 'exchange' && item.response === null) return null;
  const frames = framesIn(item);
  if (frames.length === 0 || frames.some((f) => f.body === null)) return null;
  return `${item.kind} ${frames.map(formOfFrame).join(' = ')}`;
}

/** Positions in a ring are words split into bits; they move with every notification and do not make it another one. */
function formOfFrame(frame: Heard): string {
  const { decoded, body } = frame;
  const values = (body?.fields ?? []).flatMap((f) =>
    f.kind === 'int' && f.bits.length > 0 ? [] : [`${f.name}=${String(decoded.fields?.[f.name])}`],
  );
  const findings = (decoded.findings ?? []).map((f) => f.rule);
  return [
    body?.key,
    frame.direction,
    frame.device,
    frame.note,
    decoded.surplus?.length,
    ...values,
    ...findings,
    ...frame.facts.map(([name]) => name),
  ].join(' ');
}

function lastTime(item: Item): number | null {
  const times = [...framesIn(item).map((f) => f.time), 'time' in item ? item.time : null].filter((t) => t !== null);
  return times.length === 0 ? null : Math.max(...times);
}
