/**
 * Every diagnostic the schema tools can give. The code is stable: scripts and allow-lists may rely on it. `VW1xx` is about
 * the structure of a file, `VW2xx` about names and lineage, `VW3xx` about layout, `VW4xx` about what a reader misses.
 */
export const CATALOG = {
  VW100: 'the file is not valid YAML',
  VW101: 'a key occurs twice',
  VW102: 'a key the schema language does not know',
  VW103: 'a required key is missing',
  VW104: 'a value of the wrong kind',
  VW105: 'a name of the wrong form',
  VW106: 'a type expression that cannot be read',
  VW107: 'a constraint that cannot be read',
  VW108: 'the file name or folder does not match what the file declares',
  VW109: 'the file holds no schema',
  VW110: 'no schema files found',
  VW111: 'an alias',
  VW200: 'the parent dialect does not exist',
  VW201: 'dialects extend each other in a circle',
  VW202: 'a dialect, alias, profile or message name is taken',
  VW203: 'an override that changes nothing',
  VW204: 'a removal of something that does not exist',
  VW205: 'a rename of something the parent does not have',
  VW206: 'an unknown type or enumeration',
  VW207: 'a count or used-length field that cannot serve',
  VW208: 'two messages share an id',
  VW209: 'an id outside the ranges its class may use',
  VW210: 'a constraint names an unknown field',
  VW211: 'a rule for a message that no dialect has',
  VW212: 'an unknown rule profile',
  VW213: 'two fields of one body share a name',
  VW214: 'a new message lacks what it cannot inherit',
  VW215: 'an unknown message class',
  VW216: 'two enumeration values share a number',
  VW217: 'ranges of ids overlap',
  VW218: 'two message classes look alike on the wire',
  VW300: 'groups of bits overlap',
  VW301: 'a group of bits leaves its integer',
  VW302: 'groups of bits leave a hole',
  VW303: 'a field after one of variable length',
  VW304: 'a body does not fit its frame',
  VW305: 'a field is not at the offset its source states',
  VW306: 'a bound or value that the type cannot hold, or an empty range',
  VW307: 'the header lacks a field that framing needs',
  VW308: 'a construct that cannot stand here',
  VW309: 'a construct this generator does not lay out',
  VW400: 'a message without documentation',
  VW401: 'a message without clause or source',
} as const;

export type Code = keyof typeof CATALOG;

/** `VW4xx` warns; everything else is an error. */
export const severityOf = (code: Code): 'error' | 'warning' => (code.startsWith('VW4') ? 'warning' : 'error');
