/** Dialogs as questions with an answer to wait for. */
import { Menu, type MenuText } from '../views/menu.js';
import type { Parsed } from '../model/arguments.js';
import type { Completion } from '../screen/prompt-line.js';
import type { Check, PromptText } from '../views/prompt-text.js';
import { Prompt } from '../views/prompt.js';
import { Question, type QuestionText } from '../views/question.js';
import type { App } from '../faces.js';

export function ask(app: App, question: QuestionText): Promise<boolean> {
  return new Promise((resolve) => app.overlays.open(new Question(app, question, resolve)));
}

/** null where nothing was chosen. */
export function choose<T>(app: App, menu: MenuText<T>): Promise<T | null> {
  return new Promise((resolve) => app.overlays.open(new Menu(app, menu, resolve)));
}

/** null where it was left with esc. */
export function askLine(app: App, prompt: PromptText): Promise<string | null> {
  return new Promise((resolve) => app.overlays.open(new Prompt(app, prompt, resolve)));
}

export interface ValueText<T> {
  readonly title: string;
  readonly label: string;
  readonly initial?: string;
  readonly history: string;
  readonly parse: (line: string) => Parsed<T>;
  /** Said of a value that can be taken. */
  readonly info?: (value: T) => string;
  readonly complete?: (before: string) => Completion;
}

/** A line that means a value; what cannot be read is refused there and then. */
export async function askValue<T>(app: App, { parse, info, ...text }: ValueText<T>): Promise<T | null> {
  const check = (line: string): Check => {
    const parsed = parse(line);
    return parsed.ok ? { ok: true, info: info?.(parsed.value) ?? '' } : { ok: false, message: parsed.message, at: 0 };
  };
  const line = await askLine(app, { ...text, check });
  const parsed = line === null ? null : parse(line);
  return parsed?.ok ? parsed.value : null;
}
