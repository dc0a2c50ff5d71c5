/**
 * Part of a small schema: the keys of each file that matter, by path. What a dialect or profile needs besides is left out
 * and is as in any other file.
 */
export type Excerpt = Readonly<Record<string, string>>;

/** What there is to know about one diagnostic. */
export interface Entry {
  /** In a few words; with the code in every list. */
  readonly title: string;
  /** What it means and why it matters. */
  readonly explanation: string;
  /** Provokes it. */
  readonly wrong: Excerpt;
  /** The same, corrected. */
  readonly right: Excerpt;
}

/** The text of a file, without the indentation it has in the source code. */
export function yaml(strings: TemplateStringsArray, ...values: readonly string[]): string {
  const lines = String.raw({ raw: strings.raw }, ...values)
    .replace(/^\n|\n *$/g, '')
    .split('\n');
  const indent = Math.min(...lines.filter((line) => line !== '').map((line) => line.search(/\S/)));
  return `${lines.map((line) => line.slice(indent)).join('\n')}\n`;
}

/** A dialect with one message, whose request has these fields. */
export const fields = (...lines: readonly string[]): Excerpt => ({
  'demo/base.yaml': `${PING}      request:\n        fields:\n${lines.map((line) => `          - ${line}\n`).join('')}`,
});

/** A dialect with one message, whose request has one field and one constraint. */
export const constrained = (rule: string): Excerpt => ({
  'demo/base.yaml': `${fields('{ name: data, type: u32, doc: "any value" }')['demo/base.yaml']}        constraints:\n          - ${rule}\n`,
});

/** A dialect with one message, of which these are the lines. */
export const message = (...lines: readonly string[]): Excerpt => ({
  'demo/base.yaml': `messages:\n  transport:\n    PING:\n${lines.map((line) => `      ${line}\n`).join('')}`,
});

const PING = yaml`
  messages:
    transport:
      PING:
        id: 0x01
        from: driver
        doc: "Asks for an answer."
        spec: "demo, PING"
`;

/** A family of structs, of whose memory layouts these are the lines. */
export const layouts = (...lines: readonly string[]): Excerpt => ({
  'demo/structs.yaml': `layouts:\n${lines.map((line) => `  ${line}\n`).join('')}`,
});

/** A family of structs, of which these are the lines. */
export const structs = (...lines: readonly string[]): Excerpt => ({
  'demo/structs.yaml': `structs:\n${lines.map((line) => `  ${line}\n`).join('')}`,
});
