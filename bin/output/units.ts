/** Numbers as people read them. */
export { bytes, count, duration } from '../../native/session/units.js';
