/** What a prompt asks, and what it says of a line. */
import type { Completion } from '../screen/prompt-line.js';

export type Check =
  | { readonly ok: true; readonly info: string }
  | {
      readonly ok: false;
      readonly message: string;
      /** 0-based, in UTF-16 units of the line; the end of the line where it is left out. */
      readonly at?: number;
      readonly length?: number;
      readonly suggestion?: string | null;
    };

export interface PromptText {
  readonly title: string;
  readonly label: string;
  readonly initial?: string;
  /** What is typed goes on after `initial` and does not replace it. */
  readonly goesOn?: boolean;
  /** Lines of one kind share a history. */
  readonly history: string;
  readonly check?: (line: string) => Check;
  readonly complete?: (before: string) => Completion;
  /** A line that changed, checked. */
  readonly onChange?: (line: string, check: Check) => void;
  /** Slower than a key: asked once the typing rests; replaces the check's info. */
  readonly measure?: (line: string) => string;
}
