/** The screen is there before the attachment is: what is awaited, and what becomes of it. */
import type { Session } from '../../native/session/types.js';
import type { App } from '../faces.js';

/** Something to attach to, once the screen is there. */
export interface Attaching {
  /** `process 4012`, `the demo program`. */
  readonly what: string;
  /** What is done meanwhile, before `what` and in the row below. */
  readonly doing?: string;
  readonly saying?: string;
  attach(): Promise<Session>;
}

/** Shown at once; an attachment that fails ends the screen with its reason. */
export function beginAttaching(app: App, source: Attaching): void {
  const { what, doing = 'attaching to', saying = 'looking who holds it and who reads it' } = source;
  app.attaching = { what, doing, saying, settled: settle(app, source) };
  app.touch();
}

async function settle(app: App, source: Attaching): Promise<void> {
  try {
    const session = await source.attach();
    if (app.over || app.state.leaving) await session.detach();
    else takeSession(app, session);
  } catch (error) {
    app.finish({ reason: 'error', error });
  }
}

/** From here on the screen shows this session. */
export function takeSession(app: App, session: Session): void {
  app.attaching = null;
  app.watchSession(session);
  app.screen.reown();
}
