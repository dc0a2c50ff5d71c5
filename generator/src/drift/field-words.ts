import type { BodyIR, FieldIR } from '../ir/types.js';

/** Short forms of names, and words of prose for the same thing. */
const SAME: Readonly<Record<string, string>> = {
  num: 'number',
  nr: 'number',
  count: 'number',
  config: 'configuration',
  cfg: 'configuration',
  vq: 'virtqueue',
  vqueue: 'virtqueue',
  queue: 'virtqueue',
  addr: 'address',
  cur: 'current',
  max: 'maximum',
  min: 'minimum',
  desc: 'descriptor',
  idx: 'index',
  gen: 'generation',
  len: 'length',
  administration: 'admin',
  identifier: 'id',
  msg: 'message',
  dev: 'device',
  bitmap: 'bit',
};
const SPLIT: Readonly<Record<string, string>> = { shmid: 'shared memory id', shm: 'shared memory' };

/** Words that say nothing about which field is meant. */
const FILLER = new Set(
  'a an the of to in or and if no not for by from with is are be as at on this that which it its any none'.split(' '),
);
/** Words a description may use beyond those of its field: they do not tell it from another. */
const NEUTRAL = new Set(
  'number byte field value data new current index first size must zero mbz requested request answer actually returned echoed virtio driver device message'.split(
    ' ',
  ),
);
const RESERVED = /\b(reserved|mbz|padding|unused)\b/;

/** Words in one spelling, in order; names are split at their underscores. */
function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[a-z]+|\d+/g) ?? [])
    .flatMap((w) => (SPLIT[w] ?? w).split(' '))
    .map((w) => (w.length > 3 && w.endsWith('s') && !w.endsWith('ss') && !w.endsWith('us') ? w.slice(0, -1) : w))
    .map((w) => (Object.hasOwn(SAME, w) ? (SAME[w] as string) : w))
    .filter((w) => !FILLER.has(w));
}

/** What a description begins with: the rest says what the value means. */
const subjectOf = (content: string): string => content.split(/[,;:([]| or | if | when /i)[0]?.trim() ?? '';

interface Names {
  readonly field: FieldIR;
  readonly names: readonly (readonly string[])[];
  readonly doc: ReadonlySet<string>;
}

/** Tells whether what a text calls a field is what the schema calls one. Both are turned into words. */
export class FieldWords {
  readonly #fields: readonly Names[];
  readonly #vocabulary: ReadonlySet<string>;

  constructor(body: Pick<BodyIR, 'fields' | 'message' | 'doc'>) {
    this.#fields = body.fields.map((field) => ({
      field,
      names: [field.name, ...(field.kind === 'int' ? field.bits.map((b) => b.name) : [])].map(wordsOf),
      doc: new Set(wordsOf(subjectOf(field.doc))),
    }));
    const bits = body.fields.flatMap((f) => (f.kind === 'int' ? f.bits : []));
    const texts = [...body.fields, ...bits].flatMap((f) => [f.name, f.doc]);
    this.#vocabulary = new Set([...NEUTRAL, ...[...texts, body.message, body.doc].flatMap(wordsOf)]);
  }

  /** Whether `content` describes `field`: it has its words, no other field of the body fits better, and nothing is foreign to it. */
  describes(content: string, field: FieldIR): boolean {
    const subject = subjectOf(content);
    if (subject === field.name) return true;
    const reserved = RESERVED.test(subject.toLowerCase());
    if (reserved || field.reserved) return reserved && field.reserved;
    const words = wordsOf(subject);
    if (words.length === 0) return false;
    const scores = this.#fields.map((names) => ({ names, score: score(words, names) }));
    const own = scores.find((s) => s.names.field === field)?.score ?? 0;
    if (own < 1 || scores.some((s) => s.score > own)) return false;
    return words.every((w) => this.#vocabulary.has(w) || /^\d+$/.test(w));
  }
}

/** 2 and more: all words of the name. 1: words of the documentation, or most of the name with its last word. */
function score(words: readonly string[], { names, doc }: Names): number {
  let best = words.length > 1 && words.every((w) => doc.has(w)) ? 1 : 0;
  for (const name of names) {
    const present = name.filter((w) => words.includes(w)).length;
    if (name.length > 0 && present === name.length) best = Math.max(best, 2 + name.length / 10);
    else if (present * 2 > name.length && words.includes(name[name.length - 1] ?? '')) best = Math.max(best, 1);
  }
  return best;
}
