/** Recordings: made, read, turned into other forms. */
export { Recording } from './recording.js';
export { FileRecords } from './file-records.js';
export { DEFAULT_MAX_BYTES, LEAST_MAX_BYTES, type RecordOptions } from './session-recorder.js';
export { replayPlan, type ReplayPlan } from './replay-plan.js';
export { firstDivergence } from './replay.js';
