import { constrained, type Entry, fields, message, yaml } from './entry.js';

/** `VW1xx`: the structure of a file. */
export const STRUCTURE = {
  VW100: {
    title: 'the file is not valid YAML',
    explanation:
      'The file cannot be read at all, so that nothing else in it was looked at. Most often a text that holds quotes, brackets, ":" or "#" is not in quotes of its own, a bracket is not closed, or a line is indented by a tab.',
    wrong: { 'demo/base.yaml': yaml`title: "Demo" "again"` },
    right: { 'demo/base.yaml': yaml`title: "Demo, again"` },
  },
  VW101: {
    title: 'a key occurs twice',
    explanation:
      'A mapping has every key once. Which of two values is meant cannot be guessed, and readers of YAML disagree about it.',
    wrong: message(
      'id: 0x01',
      'id: 0x02',
      'from: driver',
      'doc: "Asks for an answer."',
      'spec: "demo, PING"',
      'request:',
      '  fields: []',
    ),
    right: message(
      'id: 0x01',
      'from: driver',
      'doc: "Asks for an answer."',
      'spec: "demo, PING"',
      'request:',
      '  fields: []',
    ),
  },
  VW102: {
    title: 'a key the schema language does not know',
    explanation:
      'Nothing is ignored in silence: a misspelt key would be an attribute that has no effect. The hint names the nearest key that may stand here, or all of them.',
    wrong: message(
      'id: 0x01',
      'from: driver',
      'hott: true',
      'doc: "Asks for an answer."',
      'spec: "demo, PING"',
      'event:',
      '  fields: []',
    ),
    right: message(
      'id: 0x01',
      'from: driver',
      'hot: true',
      'doc: "Asks for an answer."',
      'spec: "demo, PING"',
      'event:',
      '  fields: []',
    ),
  },
  VW103: {
    title: 'a required key is missing',
    explanation:
      'Something cannot be understood without this key. Every field has a name, a type and a line of documentation; every dialect and profile says where it comes from.',
    wrong: fields('{ name: data, type: u32 }'),
    right: fields('{ name: data, type: u32, doc: "any value" }'),
  },
  VW104: {
    title: 'a value of the wrong kind',
    explanation:
      'A number stands where text is expected, a list where a mapping is, a word that is not among the known ones, or a number outside its range. Numbers are written without quotes, decimal or as 0x…; text that looks like a number is written in quotes.',
    wrong: message(
      'id: "one"',
      'from: driver',
      'doc: "Asks for an answer."',
      'spec: "demo, PING"',
      'request:',
      '  fields: []',
    ),
    right: message(
      'id: 0x01',
      'from: driver',
      'doc: "Asks for an answer."',
      'spec: "demo, PING"',
      'request:',
      '  fields: []',
    ),
  },
  VW105: {
    title: 'a name of the wrong form',
    explanation:
      'Names become identifiers, file names and import paths, so that their form is fixed: capitals for messages, lower case for dialects and profiles, letters, digits and underscores for everything else. Names that every JavaScript object has by itself, such as `constructor` and `toString`, are taken: values are handed out by name, and a missing one would seem to be there.',
    wrong: {
      'demo/base.yaml': yaml`
        messages:
          transport:
            Ping:
              id: 0x01
              from: driver
              doc: "Asks for an answer."
              spec: "demo, PING"
              request:
                fields: []
      `,
    },
    right: {
      'demo/base.yaml': yaml`
        messages:
          transport:
            PING:
              id: 0x01
              from: driver
              doc: "Asks for an answer."
              spec: "demo, PING"
              request:
                fields: []
      `,
    },
  },
  VW106: {
    title: 'a type expression that cannot be read',
    explanation:
      'A type is an integer (u8 u16 u24 u32 u64 s32 be16 be32), uuid, mac, char[16], the name of a struct, or an array of one: u8[32] of a fixed size, u32[num_blocks] counted by a field before it, u8[count bits] counted in bits, u8[...] to the end.',
    wrong: fields('{ name: data, type: "u32[", doc: "any value" }'),
    right: fields('{ name: data, type: "u32[4]", doc: "any value" }'),
  },
  VW107: {
    title: 'a constraint that cannot be read',
    explanation:
      'A rule is one expression over the fields of its body: numbers, names, name.length, and the operators || && == != <= >= < > + - * %. In profiles $limit is the size limit of the bus.',
    wrong: constrained('{ field: data, rule: "data >= ", doc: "not zero" }'),
    right: constrained('{ field: data, rule: "data >= 1", doc: "not zero" }'),
  },
  VW108: {
    title: 'the file name or folder does not match what the file declares',
    explanation:
      'A dialect is found by its name: protocol virtio-msg, dialect rfc3 stands in virtio-msg/rfc3.yaml, and the profile of that name in virtio-msg/profiles/rfc3.yaml.',
    wrong: { 'demo/other.yaml': yaml`dialect: base` },
    right: { 'demo/base.yaml': yaml`dialect: base` },
  },
  VW109: {
    title: 'the file holds no schema',
    explanation:
      'A schema file is a mapping with the keys of a dialect or profile. An empty file, a list or a word is none.',
    wrong: {
      'demo/base.yaml': yaml`
        - language: 1
        - protocol: demo
      `,
    },
    right: {
      'demo/base.yaml': yaml`
        language: 1
        protocol: demo
      `,
    },
  },
  VW110: {
    title: 'no schema files found',
    explanation:
      'There is not one .yaml file below the schema folder. Perhaps --schema names the wrong folder: it is the one that holds a folder per protocol.',
    wrong: {},
    right: { 'demo/base.yaml': yaml`dialect: base` },
  },
  VW111: {
    title: 'an alias',
    explanation:
      'YAML can repeat a value by reference. A schema file does not: a change of one line would change others, and a text diff would no longer be a wire diff.',
    wrong: {
      'demo/base.yaml': yaml`
        title: &name "Demo"
        doc: *name
      `,
    },
    right: {
      'demo/base.yaml': yaml`
        title: "Demo"
        doc: "Demo"
      `,
    },
  },
} as const satisfies Record<string, Entry>;
