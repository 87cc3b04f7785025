/** What a command is, for the files that list them. */
export * from './modes.js';
export type { ArgumentKind, Command } from '../faces.js';
