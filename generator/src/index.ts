/**
 * The library behind the `vwire` command: schema texts in, IR, files and diagnostics out; bytes in, fields and findings out.
 * Nothing here touches the disk except `listSchema`, `schemaAt`, `IrStore` and `writeFiles`.
 */

export { type Alignment, align, type Compared, type Misaligned } from './align/align.js';
export type { HeaderOptions } from './backends/c/header-view.js';
export type { TypeStyle } from './backends/c/int-types.js';
export type { Reuse, Texts } from './backends/reuse.js';
export { type Budget, budget } from './budget/budget.js';
export type { ArrayBudget, BodyBudget } from './budget/capacity.js';
export type { Device, Initialisation, Pieces, Step } from './budget/initialise.js';
export { cChecks, cHeader } from './c-header.js';
export type { Form as CaptureForm } from './capture/form.js';
export { type CaptureLine, type CaptureText, type Reading as CaptureReading, readCapture } from './capture/lines.js';
export { CaptureReader } from './capture/reader.js';
export { capturePcapng, type PcapngFile, PcapngMaker } from './capture/to-pcapng.js';
export { type Compiled, compile } from './compile.js';
export type { Entry as CatalogEntry, Excerpt } from './diagnostics/catalog/entry.js';
export { CATALOG, type Code } from './diagnostics/catalog.js';
export type { Diagnostic, DiagnosticDetail, Place } from './diagnostics/diagnostic.js';
export { explanationOf, renderExplanation } from './diagnostics/explain.js';
export { renderGithub } from './diagnostics/render-github.js';
export { renderJson } from './diagnostics/render-json.js';
export { type Paint, renderText, type Shown } from './diagnostics/render-text.js';
export { Report } from './diagnostics/report.js';
export { compareSchemas, onAxis, type SchemaComparison, type SchemaIR } from './diff/against.js';
export { type Allowed, type AllowProblem, applyAllowList, type Judged, readAllowList } from './diff/allow-list.js';
export { type Comparison, compare, type Labels, NotComparable, type UnitResult } from './diff/compare.js';
export {
  AXES,
  type Axis,
  type Directions,
  type Item as Difference,
  type Kind as DifferenceKind,
  type Leaf as ReadLeaf,
  type Lost,
  OUTCOMES,
  type Outcome,
  type Reading as WitnessReading,
  type SideName,
  type SlotName,
  type SlotNames,
  type Verdict,
  type Witness,
} from './diff/item.js';
export { type Match, matchBits, matchBy, matchSlots, matchUnits } from './diff/match.js';
export { mirror } from './diff/mirror.js';
export { jsonOf } from './diff/render-json.js';
export { renderMarkdown as renderDiffMarkdown } from './diff/render-markdown.js';
export { renderText as renderDiff, type TextOptions as DiffTextOptions } from './diff/render-text.js';
export { type Slot, slotOfField, slotsOfMember } from './diff/slot.js';
export type { Comparable } from './diff/subject.js';
export {
  type Distance,
  type Drift,
  type DriftFinding,
  type DriftKind,
  type DriftRender,
  drift,
  nearestDialects,
  type Problem,
  type RowAspect,
  readText,
  renderDrift,
  type SpecText,
  type StatedSize,
  type TextBody,
  type TextClass,
  type TextConstant,
  type TextId,
  type TextMessage,
  type TextModel,
  type TextRow,
} from './drift/index.js';
export {
  type DumpBits,
  type DumpOptions,
  type DumpRow,
  dumpMessage,
  dumpStruct,
  type Part,
  type RenderOptions,
  renderDump,
  type StructDumpOptions,
} from './dump/index.js';
export { formatSchema } from './fmt/format-schema.js';
export type { CheckedMap, Mapped, MappedMember } from './header-map/checked-map.js';
export type { MapCode, MapFinding } from './header-map/finding.js';
export { notC } from './header-map/not-c.js';
export { type Known, type ReadMap, readMap as readHeaderMap } from './header-map/read-map.js';
export * from './identify/index.js';
export { type Decoded, decode, isRefused, type Refused } from './interpret/decode.js';
export { DialectIndex } from './interpret/dialect-index.js';
export type { Given } from './interpret/encode.js';
export { type Encoded, encode } from './interpret/encode.js';
export { splitMessages } from './interpret/split.js';
export {
  type DecodedStruct,
  decodeStruct,
  isRefusedStruct,
  type Leaf,
  spellLeaves,
} from './interpret/structs/decode-struct.js';
export { type EncodedStruct, encodeStruct } from './interpret/structs/encode-struct.js';
export { FamilyIndex, type Named } from './interpret/structs/family-index.js';
export type { Fields, Spelled, Value } from './interpret/values.js';
export type { WireError, WireErrorCode } from './interpret/wire-error.js';
export * from './ir/index.js';
export type { DecodedEntry, EntryError } from './jsonl/decode-entry.js';
export type { LineCounts, LineOptions } from './jsonl/decode-lines.js';
export { LineDecoder } from './jsonl/decode-lines.js';
export { LineEncoder } from './jsonl/encode-lines.js';
export type { Defaults, Entry } from './jsonl/entry.js';
export { type Advance, Summarizer } from './jsonl/summarize.js';
export { LineTranslator, type NamedDialect, type TranslateLineOptions } from './jsonl/translate-lines.js';
export { Dialect, type DialectSource } from './language/dialect.js';
export type { FieldSource, UnionArm, UnionSource } from './language/field.js';
export { Profile, type ProfileSource } from './language/profile.js';
export { type CountExpression, parseType, TYPE_TEXT, type TypeExpression } from './language/type-expression.js';
export {
  type Interface,
  type PacketHeard,
  type PacketToWrite,
  type PcapngProblem,
  PcapngReader,
  pcapngHead,
  pcapngPacket,
} from './pcapng/index.js';
export { GitProblem, schemaAt } from './read/git-schema.js';
export type { ReadDialect, ReadProfile, ReadSchema } from './read/read-schema.js';
export { listSchema, type SchemaText } from './read/read-schema.js';
export type { Path, SourceFile } from './read/source-file.js';
export type { Choice } from './render-all.js';
export { type Rendered, renderAll } from './render-all.js';
export type { Case } from './rules/case.js';
export type { Context, Direction, Finding } from './rules/finding.js';
export { judge } from './rules/judge.js';
export type { Found, IrIndex, ProtocolIndex } from './store.js';
export { IrStore, MissingIr, shippedIr } from './store.js';
export { LineCutter, LONGEST_LINE } from './stream/line-cutter.js';
export { type Cut, MessageCutter } from './stream/message-cutter.js';
export { Pairs } from './stream/pairs.js';
export { Progress, type ProgressTarget } from './stream/progress.js';
export { QuietCheck } from './stream/quiet-check.js';
export { errorOf, ShapeTable } from './stream/shape-table.js';
export { summaryJson } from './stream/summary.js';
export { type BodyCount, type Place as CountedPlace, type Seen, Tally } from './stream/tally.js';
export type { Alone, Broken, Exchange, Fact, Facts, Heard, Late, Matched, Section } from './trace/conversation.js';
export type { ConverseOptions } from './trace/converse.js';
export {
  type Conversation,
  converse,
  type Figures,
  figuresOf,
  type Item,
  type RuleCount,
  Teller,
  type Traced,
  type TraceOptions,
  traceFile,
} from './trace/index.js';
export { type Bridge, type Bridgeable, bridgeOf, type DialectBridge } from './translate/bridge.js';
export { type Chained, chain, type Hop } from './translate/chain.js';
export { isImpossible, isTranslated, type TranslateOptions, textFindings, translate } from './translate/translate.js';
export type {
  AssumedValue,
  Impossible,
  LossCode,
  LostValue,
  Obstacle,
  ObstacleCode,
  Translated,
  Translation,
} from './translate/translation.js';
export type { BodyModule, CodecError, CodecMessage, CodecModule } from './vectors/codec-module.js';
export { bodyModule, loadCodecs, StaleCodecs } from './vectors/codec-module.js';
export type { Hunt } from './vectors/mutate/hunt.js';
export { BadList, KnownSurvivors, type Settled } from './vectors/mutate/known-survivors.js';
export {
  isLayoutSheet,
  type LayoutSheet,
  type StatedDialect,
  type StatedField,
} from './vectors/mutate/layout-trial.js';
export { type MutationReport, MutationRunner } from './vectors/mutate/mutation-runner.js';
export type { DialectCount } from './vectors/run-vectors.js';
export { type Failure, type VectorRun, VectorRunner } from './vectors/run-vectors.js';
export type { FamilyModule } from './vectors/structs/family-module.js';
export type { FlatFields, StructReading, StructSubject } from './vectors/structs/struct-subject.js';
export type { Reading, Subject } from './vectors/subject.js';
export { renderJsonSchemas } from './write/json-schema.js';
export type { OutputLayout } from './write/output-layout.js';
export { type Change, compareFiles, type Extent, type Files, writeFiles } from './write/write-files.js';
