/** What every command gets: where its data and its talk go, and how much colour each may have. */
import type { ColorLevel } from './output/color.js';
import type { Config } from './config/index.js';
import type { Sink } from './output/sink.js';

export interface Context {
  readonly out: Sink;
  /** One line to stderr; a newline is added. */
  say(line: string): void;
  readonly color: { readonly out: ColorLevel; readonly err: ColorLevel };
  /** --color, --no-color, neither. */
  readonly colorFlag: boolean | undefined;
  /** What the configuration files wish; flags win over it. */
  readonly config: Config;
  readonly debug: boolean;
  /** Columns of stdout where it is a terminal, else null. */
  readonly width: number | null;
}
