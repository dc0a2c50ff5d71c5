import { constrained, type Entry, type Excerpt, fields, structs, yaml } from './entry.js';

const child = (text: string): Excerpt => ({ 'demo/child.yaml': text });
const base = (text: string): Excerpt => ({ 'demo/base.yaml': text });

/** `VW2xx`: names, and what a dialect inherits. */
export const LINEAGE = {
  VW200: {
    title: 'the dialect that is extended or carried does not exist',
    explanation:
      'A dialect names its parent by `extends:` and inherits whatever it does not mention. The parent is a dialect of the same protocol; one that travels inside is named by `carries:` with its protocol.',
    wrong: child(yaml`extends: bass`),
    right: child(yaml`extends: base`),
  },
  VW201: {
    title: 'dialects extend or carry each other in a circle',
    explanation:
      'Following `extends:` and `carries:` from dialect to dialect leads back to where it began, so that nothing is ever declared. One of them is the root and extends nothing.',
    wrong: { 'demo/base.yaml': yaml`extends: child`, 'demo/child.yaml': yaml`extends: base` },
    right: { 'demo/base.yaml': yaml`dialect: base`, 'demo/child.yaml': yaml`extends: base` },
  },
  VW202: {
    title: 'a dialect, alias, profile or message name is taken',
    explanation:
      'A name on the command line and in a vector file means one thing: dialects and aliases share one space of names, and a message cannot take a name that its dialect inherits for another.',
    wrong: child(yaml`
      extends: base
      aliases:
        base: { doc: "the name of the parent" }
    `),
    right: child(yaml`
      extends: base
      aliases:
        peer: { doc: "a peer that speaks these bytes" }
    `),
  },
  VW203: {
    title: 'an override that changes nothing',
    explanation:
      'A derived dialect states differences and nothing else, so that its file is the list of what changed. What is equal to the parent is inherited anyway.',
    wrong: child(yaml`
      extends: base
      messages:
        transport:
          PING:
            id: 0x01
            doc: "Asks for an answer, soon."
    `),
    right: child(yaml`
      extends: base
      messages:
        transport:
          PING:
            doc: "Asks for an answer, soon."
    `),
  },
  VW204: {
    title: 'a removal of something that does not exist',
    explanation:
      'An entry of `remove:` names what the parent has: class.MESSAGE, class.MESSAGE.kind or enums.name. Perhaps it is misspelt, or an older dialect removed it already.',
    wrong: child(yaml`
      extends: base
      remove:
        - transport.PONG
    `),
    right: child(yaml`
      extends: base
      remove:
        - transport.PING
    `),
  },
  VW205: {
    title: 'a rename of something the parent does not have',
    explanation:
      '`was:` gives the name a message had in the parent dialect, or a field had in the body that is replaced, so that it stays the same thing under a new name. It names a message of the same class or a field of the same body, and no two continue one.',
    wrong: child(yaml`
      extends: base
      messages:
        transport:
          ECHO:
            was: PIN
            doc: "Asks for the same bytes."
    `),
    right: child(yaml`
      extends: base
      messages:
        transport:
          ECHO:
            was: PING
            doc: "Asks for the same bytes."
    `),
  },
  VW206: {
    title: 'an unknown type or enumeration',
    explanation:
      'The type of a field, or the enumeration its values come from, is not declared in this dialect or in one it inherits from, or has been removed.',
    wrong: base(yaml`
      enums:
        colour:
          doc: "A colour."
          values:
            RED: { value: 1, doc: "red" }
      messages:
        transport:
          PING:
            id: 0x01
            from: driver
            doc: "Asks for an answer."
            spec: "demo, PING"
            request:
              fields:
                - { name: data, type: u32, enum: color, doc: "a colour" }
    `),
    right: base(yaml`
      enums:
        colour:
          doc: "A colour."
          values:
            RED: { value: 1, doc: "red" }
      messages:
        transport:
          PING:
            id: 0x01
            from: driver
            doc: "Asks for an answer."
            spec: "demo, PING"
            request:
              fields:
                - { name: data, type: u32, enum: colour, doc: "a colour" }
    `),
  },
  VW207: {
    title: 'a count or used-length field that cannot serve',
    explanation:
      'An array is counted by an unsigned integer field of at most 32 bits that stands before it in the same body: a reader has to know the length when it comes to the array.',
    wrong: fields(
      '{ name: data, type: "u8[length]", doc: "content" }',
      '{ name: length, type: u32, doc: "bytes of data" }',
    ),
    right: fields(
      '{ name: length, type: u32, doc: "bytes of data" }',
      '{ name: data, type: "u8[length]", doc: "content" }',
    ),
  },
  VW208: {
    title: 'two messages or commands share an id',
    explanation:
      'Within a class the id tells messages apart. A request and an event look alike on the wire, because both have the response bit clear; a response may share its id with an event of another message. A command is named by all values of its key together.',
    wrong: base(yaml`
      messages:
        transport:
          PING:
            id: 0x01
            from: driver
            doc: "Asks for an answer."
            spec: "demo, PING"
            request:
              fields: []
          PONG:
            id: 0x01
            from: device
            doc: "Answers."
            spec: "demo, PONG"
            event:
              fields: []
    `),
    right: base(yaml`
      messages:
        transport:
          PING:
            id: 0x01
            from: driver
            doc: "Asks for an answer."
            spec: "demo, PING"
            request:
              fields: []
          PONG:
            id: 0x02
            from: device
            doc: "Answers."
            spec: "demo, PONG"
            event:
              fields: []
    `),
  },
  VW209: {
    title: 'an id outside the ranges its class may use',
    explanation:
      'Where `ranges:` say who owns which ids of a class, every message of the class lies in one of them. The id is wrong, or a range is missing.',
    wrong: base(yaml`
      ranges:
        - { class: transport, from: 0x02, to: 0x3f, owner: standard, doc: "requests" }
    `),
    right: base(yaml`
      ranges:
        - { class: transport, from: 0x01, to: 0x3f, owner: standard, doc: "requests" }
    `),
  },
  VW210: {
    title: 'a constraint names an unknown field',
    explanation:
      'A constraint sees the fields and groups of bits of its own body. Integers are named as they are, arrays by name.length.',
    wrong: constrained('{ field: data, rule: "date <= 16", doc: "not too much" }'),
    right: constrained('{ field: data, rule: "data <= 16", doc: "not too much" }'),
  },
  VW211: {
    title: 'a rule for a message that no dialect has',
    explanation:
      'A profile refuses or judges bodies by class.MESSAGE.kind. At least one dialect of the protocol has the body: a rule for nothing would be silently without effect.',
    wrong: {
      'demo/profiles/strict.yaml': yaml`
        refuses:
          - { on: transport.PONG.request, doc: "not served" }
      `,
    },
    right: {
      'demo/profiles/strict.yaml': yaml`
        refuses:
          - { on: transport.PING.request, doc: "not served" }
      `,
    },
  },
  VW212: {
    title: 'an unknown rule profile',
    explanation:
      'A dialect or alias names the profile that judges it. The profile is a file of its own, in the folder profiles/ beside the dialects.',
    wrong: { 'demo/base.yaml': yaml`profile: strickt`, 'demo/profiles/strict.yaml': yaml`profile: strict` },
    right: { 'demo/base.yaml': yaml`profile: strict`, 'demo/profiles/strict.yaml': yaml`profile: strict` },
  },
  VW213: {
    title: 'two fields of one body share a name',
    explanation:
      'Decoded output shows fields and groups of bits side by side, by name. Repeated reserved fields are numbered as the source does: reserved0, reserved1.',
    wrong: fields(
      '{ name: reserved, type: u8, reserved: true, doc: "zero" }',
      '{ name: reserved, type: u8, reserved: true, doc: "zero" }',
    ),
    right: fields(
      '{ name: reserved0, type: u8, reserved: true, doc: "zero" }',
      '{ name: reserved1, type: u8, reserved: true, doc: "zero" }',
    ),
  },
  VW214: {
    title: 'a new message lacks what it cannot inherit',
    explanation:
      'A message that the parent does not have needs an id, a sender and at least one body of its own. If it continues a message under another name, `was:` says so.',
    wrong: child(yaml`
      extends: base
      messages:
        transport:
          ECHO:
            id: 0x02
            doc: "Asks for the same bytes."
            spec: "demo, ECHO"
            request:
              fields: []
    `),
    right: child(yaml`
      extends: base
      messages:
        transport:
          ECHO:
            id: 0x02
            from: driver
            doc: "Asks for the same bytes."
            spec: "demo, ECHO"
            request:
              fields: []
    `),
  },
  VW215: {
    title: 'an unknown message class',
    explanation:
      'Messages and ranges belong to one of the classes under `classes:`, which a derived dialect inherits. The class decides which bits of the type field are set.',
    wrong: child(yaml`
      extends: base
      messages:
        transprot:
          PING:
            doc: "Asks for an answer, soon."
    `),
    right: child(yaml`
      extends: base
      messages:
        transport:
          PING:
            doc: "Asks for an answer, soon."
    `),
  },
  VW216: {
    title: 'two enumeration values share a number',
    explanation: 'A number on the wire has one name: with two, a reader could not tell which of them was meant.',
    wrong: base(yaml`
      enums:
        colour:
          doc: "A colour."
          values:
            RED: { value: 1, doc: "red" }
            BLUE: { value: 1, doc: "blue" }
    `),
    right: base(yaml`
      enums:
        colour:
          doc: "A colour."
          values:
            RED: { value: 1, doc: "red" }
            BLUE: { value: 2, doc: "blue" }
    `),
  },
  VW217: {
    title: 'ranges of ids overlap',
    explanation: 'Every id of a class has one owner, so that two ranges of the class have no id in common.',
    wrong: base(yaml`
      ranges:
        - { class: transport, from: 0x00, to: 0x3f, owner: standard, doc: "requests" }
        - { class: transport, from: 0x3f, to: 0x7f, owner: standard, doc: "events" }
    `),
    right: base(yaml`
      ranges:
        - { class: transport, from: 0x00, to: 0x3f, owner: standard, doc: "requests" }
        - { class: transport, from: 0x40, to: 0x7f, owner: standard, doc: "events" }
    `),
  },
  VW218: {
    title: 'two message classes look alike on the wire',
    explanation:
      'The type field tells classes apart: each class but one has a `bit` of its own, a group of bits of the type field that is 1 in its messages, or lies `within` a class whose bits and ids it shares.',
    wrong: base(yaml`
      classes:
        transport: { doc: "one class" }
        bus: { doc: "another class" }
    `),
    right: base(yaml`
      classes:
        transport: { doc: "one class" }
        bus: { doc: "another class", bit: bus }
    `),
  },
  VW219: {
    title: 'a struct holds itself',
    explanation: 'A struct that is a field of itself, directly or through others, has no end.',
    wrong: structs(
      'node:',
      '  doc: "An element of a list."',
      '  fields:',
      '    - { name: value, type: u32, doc: "any value" }',
      '    - { name: next, type: node, doc: "the element behind it" }',
    ),
    right: structs(
      'node:',
      '  doc: "An element of a list."',
      '  fields:',
      '    - { name: value, type: u32, doc: "any value" }',
      '    - { name: next, type: u64, doc: "address of the element behind it" }',
    ),
  },
  VW220: {
    title: 'a struct is declared twice',
    explanation:
      'A struct is asked for by its protocol and its name, so that all files of a protocol share the names of their structs.',
    wrong: {
      ...structs('head:', '  doc: "A head."', '  fields:', '    - { name: kind, type: u32, doc: "what follows" }'),
      'demo/more-structs.yaml': yaml`
        dialect: more-structs
        structs:
          head:
            doc: "Another head."
            fields:
              - { name: kind, type: u8, doc: "what follows" }
      `,
    },
    right: {
      ...structs('head:', '  doc: "A head."', '  fields:', '    - { name: kind, type: u32, doc: "what follows" }'),
      'demo/more-structs.yaml': yaml`
        dialect: more-structs
        structs:
          short_head:
            doc: "Another head."
            fields:
              - { name: kind, type: u8, doc: "what follows" }
      `,
    },
  },
} as const satisfies Record<string, Entry>;
