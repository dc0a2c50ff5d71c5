import { didYouMean } from '../diagnostics/did-you-mean.js';
import { hexId } from '../ir/spell-id.js';
import type { BodyIR, DialectIR } from '../ir/types.js';
import { compareBodies } from './compare-bodies.js';
import { compareConstants } from './compare-constants.js';
import { compareHeader } from './compare-header.js';
import type { DriftFinding, Found } from './finding.js';
import { Recorded } from './recorded.js';
import type { SchemaPlaces } from './schema-places.js';
import type { TextClass, TextModel } from './text-model.js';

/** One message of the dialect, all its bodies. */
export interface DialectMessage {
  /** As a text has it, which knows one class of bus messages. */
  readonly class: TextClass;
  /** A message of the bus itself that carries the dialect: a text about virtio-msg does not speak of it. */
  readonly ofCarrier: boolean;
  readonly name: string;
  readonly bodies: readonly BodyIR[];
}

/** Every difference between what a text says and what a dialect is, in the order of the text. */
export function compareText(text: TextModel, dialect: DialectIR, places: SchemaPlaces): DriftFinding[] {
  return new Comparison(text, dialect, places).run();
}

class Comparison {
  readonly #findings: DriftFinding[] = [];
  readonly #messages: readonly DialectMessage[];
  readonly #recorded: Recorded;
  /** Messages the text speaks of, whatever it calls them. */
  readonly #met = new Set<DialectMessage>();
  /** What a name of the text is called in the dialect, where it is not the same. */
  readonly #renamed = new Map<string, DialectMessage>();
  /** Names the text has in its tables of ids, and those it has a section for. */
  readonly #identified: ReadonlySet<string>;
  readonly #defined: ReadonlySet<string>;

  constructor(
    readonly text: TextModel,
    readonly dialect: DialectIR,
    readonly places: SchemaPlaces,
  ) {
    this.#messages = messagesOf(dialect);
    this.#recorded = new Recorded(dialect.unresolved);
    this.#identified = new Set(text.ids.map((r) => `${r.class}.${r.name}`));
    this.#defined = new Set(text.messages.map((m) => `${m.class}.${m.name}`));
  }

  run(): DriftFinding[] {
    for (const problem of this.text.problems)
      this.#add({ kinds: ['unreadable'], place: problem.place, text: problem.message, hint: problem.hint });
    this.#compareIds();
    this.#compareMessages();
    this.#reportUnmet();
    for (const found of compareHeader(this.text, this.dialect, this.places)) this.#add(found);
    for (const found of compareConstants(this.text, this.dialect, this.places)) this.#add(found);
    const file = (f: DriftFinding): number => this.text.files.indexOf(f.place.file);
    return this.#findings.sort(
      (a, b) => file(a) - file(b) || a.place.line - b.place.line || a.place.column - b.place.column,
    );
  }

  #compareIds(): void {
    for (const row of this.text.ids) {
      const has = (m: DialectMessage): boolean => m.class === row.class && m.bodies[0]?.id === row.id;
      // What a text reserves is free for the bus that carries it.
      const owner = this.#messages.find((m) => has(m) && (!m.ofCarrier || row.name !== null)) ?? null;
      const named = this.#find(row.class, row.name);
      const common = { class: row.class, message: row.name, place: row.place };
      if (row.name === null) {
        if (owner === null) continue;
        this.#met.add(owner);
        this.#add({
          ...common,
          kinds: ['id'],
          message: owner.name,
          text: `${hexId(row.id)} is reserved`,
          dialect: `${hexId(row.id)} is ${owner.name}`,
          ...this.#at(owner, 'id'),
        });
        continue;
      }
      if (named === null) {
        const taken = owner !== null && this.#identified.has(`${row.class}.${owner.name}`);
        if (owner !== null && !taken) {
          this.#met.add(owner);
          this.#renamed.set(`${row.class}.${row.name}`, owner);
        }
        this.#add({
          ...common,
          kinds: [owner !== null && !taken ? 'name' : 'unknown'],
          text: `${hexId(row.id)} is ${row.name}`,
          dialect: owner === null ? `${hexId(row.id)} is not assigned` : `${hexId(row.id)} is ${owner.name}`,
          ...(owner === null ? {} : this.#at(owner, 'id')),
        });
        continue;
      }
      const id = named.bodies[0]?.id ?? 0;
      if (id !== row.id)
        this.#add({
          ...common,
          kinds: ['id'],
          text: `${row.name} has id ${hexId(row.id)}`,
          dialect: `${named.name} has id ${hexId(id)}`,
          ...this.#at(named, 'id'),
        });
      const from = senderOf(named);
      if (row.sender !== null && from !== row.sender)
        this.#add({
          ...common,
          kinds: ['sender'],
          text: `${row.name} is sent by ${row.sender}`,
          dialect: `sent by ${from}`,
          ...this.#at(named, 'from'),
        });
    }
  }

  #compareMessages(): void {
    const told = new Set<DialectMessage>();
    for (const message of this.text.messages) {
      const own = this.#find(message.class, message.name);
      const named = own ?? this.#renamed.get(`${message.class}.${message.name}`) ?? this.#near(message);
      const common = { class: message.class, message: message.name, place: message.place };
      if (named === null) {
        this.#add({
          ...common,
          kinds: ['unknown'],
          text: `message ${message.name}`,
          dialect: `${this.dialect.dialect} has no ${message.class} message of this name`,
        });
        continue;
      }
      // The table of ids has told of another name already.
      if (own === null && !this.#renamed.has(`${message.class}.${message.name}`))
        this.#add({
          ...common,
          kinds: ['name'],
          text: `message ${message.name}`,
          dialect: `called ${named.name}`,
          ...this.#at(named, null),
        });
      this.#met.add(named);
      if (told.has(named)) {
        this.#add({
          ...common,
          kinds: ['unreadable'],
          text: `${message.name} is defined a second time`,
          dialect: '',
          hint: 'both are compared',
        });
      }
      told.add(named);
      for (const finding of compareBodies(message, named, this.dialect, this.places)) this.#add(finding);
    }
    // An id alone does not tell a layout. Where the text has no layouts at all, it is a table of ids and no more.
    for (const row of this.text.ids) {
      const named = this.#find(row.class, row.name);
      if (named === null || told.has(named) || this.text.messages.length === 0) continue;
      if (named.bodies.every((b) => b.fields.length === 0)) continue;
      this.#add({
        kinds: ['lacking'],
        class: row.class,
        message: row.name,
        place: row.place,
        text: `${row.name} has an id, but no layout in this text`,
        dialect: `${named.bodies.length} ${named.bodies.length === 1 ? 'body' : 'bodies'} with fields`,
        ...this.#at(named, null),
      });
    }
  }

  /** A message with a name like this one that the text does not have under its own. */
  #near(message: { readonly class: TextClass; readonly name: string }): DialectMessage | null {
    const renamed = new Set(this.#renamed.values());
    const has = (m: DialectMessage): boolean => this.#defined.has(`${m.class}.${m.name}`) || renamed.has(m);
    const free = this.#messages.filter((m) => m.class === message.class && !has(m));
    const [named, ...others] = free.filter((m) => didYouMean(message.name, [m.name]) !== undefined);
    return named === undefined || others.length > 0 ? null : named;
  }

  #reportUnmet(): void {
    if (this.text.messages.length === 0 && this.text.ids.length === 0) return;
    // A text that has one message of the bus itself has to have them all.
    const carrier = this.#messages.some(
      (m) => m.ofCarrier && (this.#met.has(m) || this.#identified.has(`bus.${m.name}`)),
    );
    for (const m of this.#messages) {
      if (m.ofCarrier && !carrier) continue;
      if (this.#met.has(m) || this.#identified.has(`${m.class}.${m.name}`)) continue;
      this.#add({
        kinds: ['lacking'],
        class: m.class,
        message: m.name,
        place: this.#placeForClass(m.class),
        text: `no ${m.class} message ${m.name}`,
        dialect: `${m.name}, id ${hexId(m.bodies[0]?.id ?? 0)}`,
        ...this.#at(m, null),
      });
    }
  }

  /** Where a reader would look for a message of this class that is not there. */
  #placeForClass(of: TextClass): DriftFinding['place'] {
    const found = this.text.ids.filter((r) => r.class === of).at(-1) ?? this.text.messages.find((m) => m.class === of);
    return found?.place ?? { file: this.text.files[0] ?? '', line: 1, column: 1 };
  }

  #find(of: TextClass, name: string | null): DialectMessage | null {
    return this.#messages.find((m) => m.class === of && m.name === name) ?? null;
  }

  #at(message: DialectMessage, property: 'id' | 'from' | null): Pick<DriftFinding, 'key' | 'schema'> {
    const [body] = message.bodies;
    if (body === undefined) return { key: null, schema: null };
    const schema = property === null ? this.places.field(body, null) : this.places.property(body, property);
    return { key: `${body.class}.${message.name}${property === null ? '' : `.${property}`}`, schema };
  }

  #add(given: Found): void {
    const finding: DriftFinding = {
      kinds: given.kinds,
      class: given.class ?? null,
      message: given.message ?? null,
      body: given.body ?? null,
      field: given.field ?? null,
      place: given.place,
      text: given.text,
      dialect: given.dialect ?? '',
      key: given.key ?? null,
      schema: given.schema ?? null,
      unresolved: [],
      hint: given.hint ?? null,
    };
    this.#findings.push({ ...finding, unresolved: this.#recorded.of(finding) });
  }
}

function messagesOf(dialect: DialectIR): DialectMessage[] {
  const found = new Map<string, { class: TextClass; ofCarrier: boolean; name: string; bodies: BodyIR[] }>();
  for (const body of dialect.bodies) {
    const key = `${body.class}.${body.message}`;
    const of = body.class === 'transport' ? 'transport' : 'bus';
    const ofCarrier = body.class !== of;
    const message = found.get(key) ?? { class: of, ofCarrier, name: body.message, bodies: [] };
    message.bodies.push(body);
    found.set(key, message);
  }
  const all = [...found.values()];
  // Where both have a message of one name, a text means that of virtio-msg.
  return [...all.filter((m) => !m.ofCarrier), ...all.filter((m) => m.ofCarrier)];
}

const senderOf = (message: DialectMessage): BodyIR['from'] =>
  (message.bodies.find((b) => b.kind !== 'response') ?? message.bodies[0])?.from ?? 'either';
