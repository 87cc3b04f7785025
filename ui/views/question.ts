/** Yes or no, asked before something that could lose data. */
import type { App } from '../faces.js';
import { centred } from '../layout.js';
import { wrapWords } from '../screen/cells.js';
import type { Rect } from '../screen/compose.js';
import type { Overlay } from './view.js';

const WIDTH = 60;

export interface QuestionText {
  readonly title: string;
  readonly text: string;
  /** What yes does, in a word or two. */
  readonly yes: string;
}

export class Question implements Overlay {
  readonly mode = 'question';
  readonly title: string;
  readonly page = 1;

  constructor(
    private readonly app: App,
    private readonly question: QuestionText,
    private readonly answer: (yes: boolean) => void,
  ) {
    this.title = question.title;
  }

  frame(columns: number, rows: number): Rect {
    const width = Math.min(WIDTH, columns - 4);
    return centred(columns, rows, width, wrapWords(this.question.text, width - 2).length + 4);
  }

  rows(_height: number, width: number): string[] {
    const { paint } = this.app;
    const text = wrapWords(this.question.text, width - 2).map((row) =>
      paint
        .line(width)
        .add(` ${paint.outside(row)}`)
        .end(),
    );
    const blank = paint.line(width).end();
    const choice = paint
      .line(width)
      .add(' y', 'key')
      .add(` ${this.question.yes}    `)
      .add('n', 'key')
      .add(' do nothing')
      .end();
    return [blank, ...text, blank, choice, blank];
  }

  footer(): string {
    return '';
  }

  move(): void {
    // two answers need no cursor
  }

  accept(): void {
    this.#close(true);
  }

  cancel(): void {
    this.#close(false);
  }

  #close(yes: boolean): void {
    this.app.overlays.remove(this);
    this.answer(yes);
  }
}
