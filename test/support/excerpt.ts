import type { SchemaText } from './generator.js';

/** Small complete files; an excerpt replaces their top-level keys and adds its own. */
const DIALECT = `language: 1
protocol: demo
dialect: base
title: "Demo"
doc: "A protocol for tests."
spec: "demo, chapter 1"

framing: { size: { field: msg_size }, response_bit: response }

header:
  - { name: type, type: u8, role: type, bits: [ { name: response, lsb: 0, width: 1, doc: "1 = response" }, { name: bus, lsb: 1, width: 1, doc: "1 = bus message" }, { name: reserved, lsb: 2, width: 6, reserved: true, doc: "zero" } ], doc: "direction" }
  - { name: msg_id, type: u8, role: id, doc: "message id" }
  - { name: msg_size, type: u16, role: size, doc: "bytes in all" }

classes:
  transport: { doc: "the only class" }

messages:
  transport:
    PING:
      id: 0x01
      from: driver
      doc: "Asks for an answer."
      spec: "demo, PING"
      request:
        fields:
          - { name: data, type: u32, doc: "any value" }
`;

const CHILD = `language: 1
protocol: demo
dialect: child
title: "Child of demo"
doc: "A derived dialect for tests."
spec: "demo, chapter 2"
`;

const STRUCTS = `language: 1
protocol: demo
dialect: structs
title: "Structs of demo"
doc: "A family of structs for tests."
spec: "demo, chapter 4"
`;

const PROFILE = `language: 1
protocol: demo
profile: strict
title: "Strict"
doc: "Rules for tests."
spec: "demo, chapter 3"
reserved: judged
constraints: judged
enums: judged
token: opaque
bus_device: ignored
exact_size: []
padding: ignored
generation: ignored
`;

/** The schema an excerpt is a part of: its own files made complete, and the parent where it leaves that out. */
export function completed(excerpt: Readonly<Record<string, string>>): SchemaText[] {
  const files = Object.entries(excerpt).map(([path, text]) => ({ file: `schema/${path}`, text: complete(path, text) }));
  const lacksParent = files.length > 0 && files.every(({ file }) => /child|profiles/.test(file));
  return lacksParent ? [{ file: 'schema/demo/base.yaml', text: DIALECT }, ...files] : files;
}

function complete(path: string, text: string): string {
  // A list has no top-level keys, and a file of its own must be shown as it is.
  if (text.startsWith('-')) return text;
  const own = sections(text);
  const template = sections(templateOf(path));
  const kept = [...template].filter(([key]) => !own.has(key)).map(([, section]) => section);
  return `${[...kept, ...own.values()].map((section) => section.trimEnd()).join('\n')}\n`;
}

const templateOf = (path: string): string =>
  path.includes('child') ? CHILD : path.includes('profiles') ? PROFILE : path.includes('structs') ? STRUCTS : DIALECT;

/** The lines of each top-level key, the key's own line included. */
function sections(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const section of text.split(/^(?=\w)/m)) found.set(/^\w*/.exec(section)?.[0] ?? '', section);
  return found;
}
