import type { BodyModel } from './body-model.js';
import { checkFunctions } from './check.js';
import { describeBody, describeImports } from './describe.js';
import { clause, doc } from './docs.js';
import { encodeImports, encoders } from './encode.js';
import { objectForm, objectImports } from './object-form.js';
import { readerImports, readers } from './readers.js';
import { constant, importAll, importNames, type Statement } from './render.js';
import type { DialectModel } from './view-model.js';
import { writers } from './writers.js';

/** The module of one message body. */
export function bodyFile(dialect: DialectModel, body: BodyModel): Statement[] {
  const support = [...objectImports(body), ...describeImports(body), ...encodeImports(body), ...readerImports(body)];
  return [
    importNames(dialect.support, support),
    importAll('./header.js', 'header'),
    ...constants(dialect, body),
    ...checkFunctions(body),
    ...readers(body),
    ...writers(body),
    ...encoders(body),
    ...objectForm(body),
    describeBody(body),
  ];
}

function constants({ ir: dialect }: DialectModel, body: BodyModel): Statement[] {
  const { ir } = body;
  const sender = ir.from === 'either' ? 'either side' : `the ${ir.from}`;
  const inherited = ir.origin === dialect.dialect ? '' : `Declared in ${ir.origin}, unchanged in ${dialect.dialect}.`;
  return [
    constant('CLASS', `'${ir.class}'`, doc(ir.doc, `Sent by ${sender}. ${inherited}`.trim(), clause(ir.spec))),
    constant('MESSAGE', `'${ir.message}'`, 'Name of the message in the specification.'),
    constant('KIND', `'${ir.kind}'`, 'Which of the bodies of the message this is.'),
    constant('ID', `0x${ir.id.toString(16).padStart(2, '0')}`, 'Message id.'),
    constant('TYPE', `${ir.type}`, "Value of the header's type field: class bits and response bit."),
    constant('MIN_SIZE', `${ir.minSize}`, 'Bytes of header and fixed part; a shorter message does not hold this body.'),
    ...(body.size === null ? [] : [constant('SIZE', `${body.size}`, 'Bytes of every such message this side writes.')]),
  ];
}
