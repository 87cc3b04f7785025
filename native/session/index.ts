/** What bin/, ui/ and users import. */
export { attach, type AttachOptions } from './attach.js';
export { NativeJoin } from './session.js';
export { RecordStream } from './record-stream.js';
export { parseSource, sourceText } from './source-text.js';
export { UffdscopeError, ERROR_KINDS, type ErrorCode, type ExitStatus } from './errors.js';
export { safeText } from './safe-text.js';
export { legal, VERBS, type VerbContext, type VerbName } from './verbs.js';
export * from './rules/index.js';
export * from './recording/index.js';
export * from './expect/index.js';
export * from './metrics/index.js';
export * from './statistics/index.js';
export { checkScriptFile } from './script/script-file.js';
export type { ScriptBook, ScriptNote, ScriptRow, ScriptState } from './script/script-book.js';
export * from './script/types.js';
export { version } from './version.js';
export type * from './records.js';
export type * from './types.js';
