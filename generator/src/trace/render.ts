import type { Paint } from '../diagnostics/render-text.js';
import { type Columns, clock, columnsOf, deviceCell, GAP, tokenCell } from './columns.js';
import type { Alone, Broken, Conversation, Exchange, Heard, Item, Late, Section } from './conversation.js';
import { duration } from './duration.js';
import { nameOfFrame } from './figures.js';
import { flow, TIE, type Word, words } from './flow.js';
import { fold, type Shown } from './fold.js';
import { complaints, factWords, fieldWords, remarkWords } from './render-frame.js';
import { tellAnswer, tellFields } from './spell-fields.js';

export interface RenderOptions {
  /** Columns a line may have. */
  readonly width: number;
  /** Show every repetition instead of a count. */
  readonly all: boolean;
  readonly paint: Paint;
}

const ARROWS = { 'driver->device': 'drv → dev', 'device->driver': 'dev → drv' } as const;

/** The lines of a conversation, without what stands before and after it. */
export function renderItems(
  conversation: Pick<Conversation, 'items' | 'counted'>,
  options: RenderOptions,
  columns = columnsOf(conversation.items, options.width),
): string[] {
  const renderer = new Renderer(options, columns, conversation.counted);
  const shown: readonly Shown[] = options.all
    ? conversation.items.map((item) => ({ items: [item], times: 1, until: null }))
    : fold(conversation.items);
  return shown.flatMap((group) => renderer.group(group));
}

class Renderer {
  constructor(
    readonly options: RenderOptions,
    readonly columns: Columns,
    readonly counted: Conversation['counted'],
  ) {}

  group({ items, times, until }: Shown): string[] {
    const lines = items.flatMap((item) => this.item(item));
    if (times === 1) return lines;
    const end = until === null ? '' : `, until ${clock(until)}`;
    return [...lines, ...this.below(words(`⋮ the same again ${times - 1} times${end}`, this.options.paint.cyan))];
  }

  item(item: Item): string[] {
    switch (item.kind) {
      case 'exchange':
        return this.exchange(item);
      case 'section':
        return ['', ...this.section(item)];
      case 'note':
        return this.note(item);
      case 'facts':
        return this.below(factWords(item.facts, this.options.paint));
      case 'broken':
        return this.broken(item);
      case 'late':
        return this.late(item);
      default:
        return this.alone(item);
    }
  }

  exchange({ request, response, latency, matched }: Exchange): string[] {
    const { paint, width } = this.options;
    const { fields } = this.columns;
    const asked = this.told(request);
    const facts = factWords(request.facts, paint);
    if (response === null) {
      return [
        ...this.line(request, [...asked, ...after('=', words(`no${TIE}answer`, paint.red), paint), ...facts]),
        ...this.complain(request, ''),
      ];
    }
    const took = latency === null ? [] : [{ text: `(${duration(latency)})`.replace(' ', TIE), paint: paint.dim }];
    const answer = [...this.answer(response, request), ...took, ...facts];
    // An answer that does not fit beside its question starts a line of its own, so that the eye finds it.
    const beside = asked.length === 0 || fields + widthOf(asked) + 1 + widthOf(answer) <= width;
    const lines = beside
      ? this.line(request, [...asked, ...answer])
      : [...this.line(request, asked), ...flow(' '.repeat(fields), fields, answer, width, fields + GAP)];
    return [
      ...lines,
      ...this.complain(request, ''),
      ...this.loose(matched, response, request),
      ...this.complain(response, 'answer: '),
    ];
  }

  answer(response: Heard, request: Heard): Word[] {
    const { paint } = this.options;
    if (response.body === null) return after('=', words('refused', paint.red), paint);
    const { told, repeated } = tellAnswer(response, request);
    return after('=', told.length > 0 ? fieldWords(told, paint) : words(repeated ? 'same' : 'empty', paint.dim), paint);
  }

  /** A pairing that not even a rule speaks about has to be explained. */
  loose(matched: Exchange['matched'], response: Heard, request: Heard): string[] {
    if (
      matched === 'exact' ||
      matched === 'line' ||
      response.decoded.findings?.some((f) => f.rule === 'request') === true
    )
      return [];
    const differs = [
      ...(response.token === request.token ? [] : [`token ${response.token}`]),
      ...(response.device === request.device ? [] : [`device ${response.device}`]),
    ];
    return differs.length === 0
      ? []
      : this.below(words(`~ taken for its answer, though that has ${differs.join(' and ')}`, this.options.paint.dim));
  }

  alone({ kind, frame }: Alone): string[] {
    const { paint } = this.options;
    const stray = kind === 'stray' ? words(`= ${'answers no request'.replaceAll(' ', TIE)}`, paint.yellow) : [];
    return [
      ...this.line(frame, [...this.told(frame), ...stray, ...factWords(frame.facts, paint)]),
      ...this.complain(frame, ''),
    ];
  }

  late({ request, frame, latency, matched }: Late): string[] {
    const { paint } = this.options;
    const took = latency === null ? '' : ` after ${duration(latency)}`;
    return [
      ...this.line(frame, this.answer(frame, request)),
      ...this.below(
        words(`~ answers frame ${request.number}, told above as unanswered,${took}`.replace(/,$/, ''), paint.dim),
      ),
      ...this.loose(matched, frame, request),
      ...this.complain(frame, ''),
    ];
  }

  told(frame: Heard): Word[] {
    return [...fieldWords(tellFields(frame), this.options.paint), ...remarkWords(frame, this.options.paint)];
  }

  line(frame: Heard, content: readonly Word[]): string[] {
    const { paint, width } = this.options;
    const { columns } = this;
    const name = nameOfFrame(frame);
    const cells = [
      cell(frame.time === null ? '' : clock(frame.time), columns.time, paint.dim, 'right'),
      cell(
        frame.direction === null ? '    ?' : ARROWS[frame.direction],
        columns.arrow,
        frame.direction === 'device->driver' ? paint.cyan : undefined,
      ),
      cell(name, columns.name, frame.decoded.error === undefined ? paint.bold : paint.red),
      cell(deviceCell(frame.device), columns.device, paint.dim),
      cell(tokenCell(frame.token), columns.token, paint.dim),
    ];
    const natural = Math.max(0, name.length - columns.name) + this.#natural;
    return flow(cells.join(''), natural, content, width, columns.fields);
  }

  /** Where fields would begin if the terminal were wide enough; a narrow one takes them to the next line. */
  get #natural(): number {
    const { time, arrow, name, device, token } = this.columns;
    return [time, arrow, name, device, token].reduce((sum, w) => (w === 0 ? sum : sum + w + GAP), 0);
  }

  section({ text }: Section): string[] {
    return flow('', 0, words(`── ${text}`, this.options.paint.bold), this.options.width, 3);
  }

  note({ time, text }: Section): string[] {
    const { paint, width } = this.options;
    const lead = cell(time === null ? '' : clock(time), this.columns.time, paint.dim, 'right');
    const start = this.columns.time === 0 ? 0 : this.columns.time + GAP;
    return text.split(/\r?\n/).flatMap((line, i) => {
      const mark = i === 0 ? '· ' : `${TIE}${TIE}`;
      return flow(i === 0 ? lead : ' '.repeat(start), start, words(`${mark}${line}`, paint.cyan), width, start + GAP);
    });
  }

  broken({ line, error }: Broken): string[] {
    return flow(
      '',
      0,
      words(
        `✗ ${this.counted} ${line}: ${error.code} at byte ${error.offset}: ${error.message}`,
        this.options.paint.red,
      ),
      this.options.width,
      GAP,
    );
  }

  complain(frame: Heard, of: string): string[] {
    return complaints(frame, of, this.options.paint).flatMap((content) => this.below(content));
  }

  below(content: readonly Word[]): string[] {
    const at = this.columns.time === 0 ? GAP : this.columns.time + GAP;
    return flow(' '.repeat(at), at, content, this.options.width, at + GAP);
  }
}

/** A mark tied to the word after it: it never stands alone at the end of a line. */
function after(mark: string, [first, ...rest]: readonly Word[], paint: Paint): Word[] {
  if (first === undefined) return [];
  const { text, paint: own } = first;
  const tied = (shown: string): string => paint.bold(mark) + TIE + (own ?? plain)(shown.slice(mark.length + 1));
  return [{ text: `${mark}${TIE}${text}`, paint: tied }, ...rest];
}

const plain = (text: string): string => text;

const widthOf = (content: readonly Word[]): number => content.reduce((sum, w) => sum + w.text.length + 1, -1);

function cell(
  text: string,
  width: number,
  paint: (text: string) => string = plain,
  side: 'left' | 'right' = 'left',
): string {
  if (width === 0) return '';
  const fill = ' '.repeat(Math.max(0, width - text.length));
  return `${side === 'left' ? paint(text) + fill : fill + paint(text)}${' '.repeat(GAP)}`;
}
