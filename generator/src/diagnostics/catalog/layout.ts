import { type Entry, fields, layouts, structs, yaml } from './entry.js';

/** `VW3xx`: where fields lie, and what they can hold. */
export const LAYOUT = {
  VW300: {
    title: 'groups of bits overlap',
    explanation: 'A bit of an integer belongs to one group. `lsb` counts from 0, the lowest bit of the integer.',
    wrong: fields(
      '{ name: data, type: u8, bits: [ { name: low, lsb: 0, width: 5, doc: "low part" }, { name: high, lsb: 4, width: 4, doc: "high part" } ], doc: "any value" }',
    ),
    right: fields(
      '{ name: data, type: u8, bits: [ { name: low, lsb: 0, width: 4, doc: "low part" }, { name: high, lsb: 4, width: 4, doc: "high part" } ], doc: "any value" }',
    ),
  },
  VW301: {
    title: 'a group of bits leaves its integer',
    explanation: 'lsb + width of a group is at most the number of bits of its integer.',
    wrong: fields(
      '{ name: data, type: u8, bits: [ { name: low, lsb: 0, width: 4, doc: "low part" }, { name: high, lsb: 4, width: 5, doc: "high part" } ], doc: "any value" }',
    ),
    right: fields(
      '{ name: data, type: u8, bits: [ { name: low, lsb: 0, width: 4, doc: "low part" }, { name: high, lsb: 4, width: 4, doc: "high part" } ], doc: "any value" }',
    ),
  },
  VW302: {
    title: 'groups of bits leave a hole',
    explanation:
      'The groups of an integer cover it: bits without a name could be neither read nor written. Bits nobody uses are a group with `reserved: true`.',
    wrong: fields(
      '{ name: data, type: u8, bits: [ { name: low, lsb: 0, width: 4, doc: "low part" }, { name: high, lsb: 5, width: 3, doc: "high part" } ], doc: "any value" }',
    ),
    right: fields(
      '{ name: data, type: u8, bits: [ { name: low, lsb: 0, width: 4, doc: "low part" }, { name: unused, lsb: 4, width: 1, reserved: true, doc: "zero" }, { name: high, lsb: 5, width: 3, doc: "high part" } ], doc: "any value" }',
    ),
  },
  VW303: {
    title: 'a field after one of variable length',
    explanation:
      'Only the last field of a message may be counted by another field: what follows it would have no fixed offset, and no reader could be one load. In a struct such fields may follow, but not behind an array that takes whatever is left.',
    wrong: fields(
      '{ name: length, type: u32, doc: "bytes of data" }',
      '{ name: data, type: "u8[length]", doc: "any value" }',
      '{ name: sum, type: u32, doc: "check sum" }',
    ),
    right: fields(
      '{ name: length, type: u32, doc: "bytes of data" }',
      '{ name: sum, type: u32, doc: "check sum" }',
      '{ name: data, type: "u8[length]", doc: "any value" }',
    ),
  },
  VW304: {
    title: 'a body does not fit its frame',
    explanation:
      'Where every message has the same number of bytes, header and fields together are at most that many. Where the header counts the bytes of a message, they are at most what its size field can hold.',
    wrong: { 'demo/base.yaml': yaml`framing: { size: { fixed: 4 }, response_bit: response }` },
    right: { 'demo/base.yaml': yaml`framing: { size: { fixed: 16 }, response_bit: response }` },
  },
  VW305: {
    title: 'a field is not at the offset its source states',
    explanation:
      '`at` repeats the offset that the source prints, and is checked against the sum of the fields before it. If they differ, a field is missing, too many, or of another size.',
    wrong: fields(
      '{ name: kind, type: u8, at: 0, doc: "what follows" }',
      '{ name: data, type: u32, at: 2, doc: "any value" }',
    ),
    right: fields(
      '{ name: kind, type: u16, at: 0, doc: "what follows" }',
      '{ name: data, type: u32, at: 2, doc: "any value" }',
    ),
  },
  VW306: {
    title: 'a bound or value that the type cannot hold, or an empty range',
    explanation:
      'A bound outside the range of the integer can never be met or never be broken, and a minimum above its maximum leaves no value at all.',
    wrong: fields('{ name: data, type: u8, max: 256, doc: "any value" }'),
    right: fields('{ name: data, type: u8, max: 255, doc: "any value" }'),
  },
  VW307: {
    title: 'the header lacks a field that framing needs',
    explanation:
      'Codecs find type, id and size of a message by the `role` of the header fields, and the response bit and classes by groups of bits of the type field. A header may do without a type field only where no bit marks a response or a class.',
    wrong: {
      'demo/base.yaml': yaml`
        header:
          - { name: type, type: u8, role: type, bits: [ { name: response, lsb: 0, width: 1, doc: "1 = response" }, { name: rest, lsb: 1, width: 7, reserved: true, doc: "zero" } ], doc: "direction" }
          - { name: msg_id, type: u8, doc: "message id" }
          - { name: msg_size, type: u16, role: size, doc: "bytes in all" }
      `,
    },
    right: {
      'demo/base.yaml': yaml`
        header:
          - { name: type, type: u8, role: type, bits: [ { name: response, lsb: 0, width: 1, doc: "1 = response" }, { name: rest, lsb: 1, width: 7, reserved: true, doc: "zero" } ], doc: "direction" }
          - { name: msg_id, type: u8, role: id, doc: "message id" }
          - { name: msg_size, type: u16, role: size, doc: "bytes in all" }
      `,
    },
  },
  VW308: {
    title: 'a construct that cannot stand here',
    explanation:
      'The key is known and means nothing in this place: bounds, bits and enumerations belong to single integers, `used` to arrays, `role` to header fields, `reserved` to what nobody reads, which the count of an array is not, and a header holds integers only.',
    wrong: fields('{ name: data, type: "u8[4]", min: 1, doc: "any value" }'),
    right: fields('{ name: data, type: u32, min: 1, doc: "any value" }'),
  },
  VW309: {
    title: 'a construct this generator does not lay out',
    explanation:
      'The schema language can say it, and no codec is generated for it yet: memory layouts beside messages; in messages, what only structs have, which are structs, unions, conditional tails, fields that depend on a feature, text, and arrays to the end; in structs, a union beside a tail, one the request tells only in part, arrays of elements that differ in size and do not run to the end, and counts of bits. Codecs read a header in words of 32 bits, and so do not take an integer of more bits there, nor a type and an id that have more than 32 bits together; and they read a group of bits out of one half of a u64, which it therefore does not leave.',
    wrong: fields('{ name: data, type: "char[16]", doc: "a name" }'),
    right: fields('{ name: data, type: "u8[16]", doc: "a name" }'),
  },
  VW310: {
    title: 'a field stands behind a tail it does not belong to',
    explanation:
      'A struct may end before a conditional tail, and then nothing can follow: the fields of a tail stand together, and only further tails stand behind them.',
    wrong: structs(
      'head:',
      '  doc: "A head with a hash where that was negotiated."',
      '  fields:',
      '    - { name: kind, type: u32, doc: "what follows" }',
      '    - { name: hash, type: u32, tail: hash, doc: "hash of what follows" }',
      '    - { name: length, type: u32, doc: "bytes that follow" }',
    ),
    right: structs(
      'head:',
      '  doc: "A head with a hash where that was negotiated."',
      '  fields:',
      '    - { name: kind, type: u32, doc: "what follows" }',
      '    - { name: length, type: u32, doc: "bytes that follow" }',
      '    - { name: hash, type: u32, tail: hash, doc: "hash of what follows" }',
    ),
  },
  VW311: {
    title: 'a union whose arm cannot be told',
    explanation:
      'The tag is an integer before the union, in a fixed place, or one of the request. Every arm has values of the tag that choose it, or is the default, or is read by its name alone because no source says which value it has; at least one is not. No value chooses two, and an arm is not larger than the union.',
    wrong: structs(
      'answer:',
      '  doc: "An answer of two kinds."',
      '  fields:',
      '    - { name: kind, type: u32, doc: "0 = number, 1 = text" }',
      '    - name: u',
      '      doc: "the answer"',
      '      union:',
      '        tag: kind',
      '        arms:',
      '          number:',
      '            when: 0',
      '            doc: "A number."',
      '            fields:',
      '              - { name: number, type: u64, doc: "any value" }',
      '          text:',
      '            doc: "A text."',
      '            fields:',
      '              - { name: text, type: "char[8]", doc: "any text" }',
    ),
    right: structs(
      'answer:',
      '  doc: "An answer of two kinds."',
      '  fields:',
      '    - { name: kind, type: u32, doc: "0 = number, 1 = text" }',
      '    - name: u',
      '      doc: "the answer"',
      '      union:',
      '        tag: kind',
      '        arms:',
      '          number:',
      '            when: 0',
      '            doc: "A number."',
      '            fields:',
      '              - { name: number, type: u64, doc: "any value" }',
      '          text:',
      '            when: 1',
      '            doc: "A text."',
      '            fields:',
      '              - { name: text, type: "char[8]", doc: "any text" }',
    ),
  },
  VW312: {
    title: 'commands without an envelope, or an envelope without commands',
    explanation:
      'What stands around every command and its result is the same, and is declared once as `envelope`; `commands` declare what stands in it.',
    wrong: {
      'demo/structs.yaml': yaml`
        commands:
          RESET:
            key: { opcode: 1 }
            doc: "Resets the device."
      `,
    },
    right: {
      'demo/structs.yaml': yaml`
        envelope:
          doc: "What stands around every command."
          out:
            - { name: opcode, type: u16, role: opcode, doc: "names the command" }
            - { name: data, type: "u8[...]", role: body, doc: "data of the command" }
          in:
            - { name: status, type: u16, role: status, doc: "outcome" }
            - { name: result, type: "u8[...]", role: body, doc: "result of the command" }

        commands:
          RESET:
            key: { opcode: 1 }
            doc: "Resets the device."
      `,
    },
  },
  VW313: {
    title: 'fields of a memory layout overlap',
    explanation:
      '`at` places a field of shared memory. Where the field before it has not ended yet, or the fields reach past the `size` of the region, one of the offsets or types is wrong.',
    wrong: layouts(
      'QUEUE_HEAD:',
      '  doc: "Head of a queue."',
      '  size: 8',
      '  fields:',
      '    - { name: head, type: u32, at: 0, doc: "next slot to write" }',
      '    - { name: tail, type: u16, at: 2, doc: "next slot to read" }',
      '    - { name: status, type: u32, at: 4, doc: "state of the queue" }',
    ),
    right: layouts(
      'QUEUE_HEAD:',
      '  doc: "Head of a queue."',
      '  size: 8',
      '  fields:',
      '    - { name: head, type: u16, at: 0, doc: "next slot to write" }',
      '    - { name: tail, type: u16, at: 2, doc: "next slot to read" }',
      '    - { name: status, type: u32, at: 4, doc: "state of the queue" }',
    ),
  },
  VW314: {
    title: 'a hole in a memory layout that nothing accounts for',
    explanation:
      'Every byte of shared memory belongs to a field, or to a hole that the alignment of the region makes: such a hole ends at a multiple of `align`, a cache line for instance. Another hole is a field that is missing or an offset that is wrong; what the source leaves unnamed is a field with `reserved: true`.',
    wrong: layouts(
      'QUEUE_HEAD:',
      '  doc: "Head of a queue."',
      '  size: 68',
      '  fields:',
      '    - { name: head, type: u32, at: 0, doc: "next slot to write" }',
      '    - { name: tail, type: u32, at: 64, doc: "next slot to read" }',
    ),
    right: layouts(
      'QUEUE_HEAD:',
      '  doc: "Head of a queue."',
      '  size: 128',
      '  align: 64',
      '  fields:',
      '    - { name: head, type: u32, at: 0, doc: "next slot to write" }',
      '    - { name: tail, type: u32, at: 64, doc: "next slot to read" }',
    ),
  },
} as const satisfies Record<string, Entry>;
