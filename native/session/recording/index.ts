/** Recordings: made, read, turned into other forms. */
export { Recording } from './recording.js';
export { FileRecords } from './file-records.js';
export { DEFAULT_MAX_BYTES, LEAST_MAX_BYTES, type RecordOptions } from './session-recorder.js';
export { replayPlan, type ReplayPlan } from './replay-plan.js';
export { firstDivergence } from './replay.js';
export { openRecording, read as readRecording } from './playback/load.js';
export { FileSession } from './playback/file-session.js';
export { NOTHING_WAITS } from './playback/nothing-waits.js';
