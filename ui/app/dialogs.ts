/** Dialogs as questions with an answer to wait for. */
import { Menu, type MenuText } from '../views/menu.js';
import { Prompt, type PromptText } from '../views/prompt.js';
import { Question, type QuestionText } from '../views/question.js';
import type { App } from './app.js';

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
