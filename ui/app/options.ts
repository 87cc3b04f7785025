/** O and T. */
import { SHAPES } from '../layout.js';
import type { ThemeName } from '../screen/theme.js';
import type { App } from '../faces.js';
import { choose } from './dialogs.js';

const THEMES: readonly ThemeName[] = ['ansi', 'truecolor', 'mono'];

export function nextTheme(app: App): void {
  const started = app.options.theme;
  if (started === 'mono' || started === 'dumb') {
    app.say('colour is off (NO_COLOR, --no-color or TERM=dumb)', 'warn');
    return;
  }
  const theme = THEMES[(THEMES.indexOf(app.state.theme) + 1) % THEMES.length]!;
  app.setTheme(theme);
  app.say(`theme: ${theme}`);
}

/** What every random draw of a rule hangs on. */
function seedNote(app: App): string {
  return `${app.at.session.seed}: with --seed and the same rules it decides the same`;
}

export async function options(app: App): Promise<void> {
  const { state } = app;
  const what = await choose<'theme' | 'hints' | 'layout' | 'zoom' | 'seed'>(app, {
    title: 'Options',
    items: [
      { key: 't', title: 'theme', note: state.theme, value: 'theme' },
      { key: 'h', title: 'hint bar', note: state.hints ? 'on' : 'off', value: 'hints' },
      { key: 'l', title: 'layout', note: `${state.shape} (of ${SHAPES.join(', ')})`, value: 'layout' },
      { key: 'z', title: 'zoom', note: state.zoom ? 'on' : 'off', value: 'zoom' },
      ...(app.watch === null ? [] : [{ key: 's', title: 'seed', note: seedNote(app), value: 'seed' as const }]),
    ],
  });
  switch (what) {
    case 'theme':
      return nextTheme(app);
    case 'hints':
      return app.set({ hints: !state.hints });
    case 'layout':
      return app.set({ shape: SHAPES[(SHAPES.indexOf(state.shape) + 1) % SHAPES.length]!, zoom: false });
    case 'zoom':
      return app.set({ zoom: !state.zoom });
    case 'seed':
      return app.yank(String(app.at.session.seed), 'the seed');
    case null:
  }
}
