/** The process of one script: loads it, asks it, ends when the session does. Started by script-process.ts. */
import { realpathSync } from 'node:fs';
import { addon } from '../../../addon/load.js';
import type { NativeScriptHostClass } from '../../../addon/session-binding.js';
import type { Hook, ToScript } from '../messages.js';
import type { Script, ScriptContext, ScriptRange } from '../types.js';
import { Context, type Facts } from './context.js';
import { errorText } from './error-place.js';
import { PlaceReader } from './fault.js';
import { Link } from './link.js';
import { loadScript } from './load.js';
import { Question } from './question.js';

/** Descriptors 4 to 8, in the order of script-process.ts. */
const { ScriptHost } = addon<{ ScriptHost: NativeScriptHostClass }>();
const link = new Link();
process.once('disconnect', () => process.exit(0)); // the session is gone, and so is what we would answer for
process.once('message', (first: ToScript) => void begin(first));

async function begin(first: ToScript): Promise<void> {
  if (first.say !== 'begin') return;
  if (!ScriptHost.limit(first.memory)) process.exit(0);
  let path = first.path;
  const fail = (error: unknown): void => link.error(errorText(error, path));
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  try {
    path = realpathSync(path);
    const { script, manifest } = await loadScript(path);
    const native = new ScriptHost(4, 5, 6, 7, 8);
    const facts: Facts = { target: first.target, seed: first.seed, ranges: first.ranges };
    const ctx = new Context(facts, native, link, (what) => void guarded(what, fail));
    await script.onAttach?.(ctx);
    serve(script, ctx, facts, path, fail);
    if (script.onRange) for (const range of facts.ranges) await guarded(() => script.onRange!(range, ctx), fail);
    link.send({ say: 'ready', ...manifest });
  } catch (error) {
    link.send({ say: 'failed', text: errorText(error, path) });
    setTimeout(() => process.exit(1), 1000); // the session ends us as soon as it has read that
  }
}

async function guarded(what: () => unknown, fail: (error: unknown) => void): Promise<unknown> {
  try {
    return await what();
  } catch (error) {
    fail(error);
    return undefined;
  }
}

function serve(script: Script, ctx: Context, facts: Facts, path: string, fail: (error: unknown) => void): void {
  const { native } = ctx;
  const byId = new Map<number, ScriptRange>(facts.ranges.map((range) => [range.id, range]));
  const reader = new PlaceReader(native.places, (id) => byId.get(id));
  const tell = (text: string): void => link.error(`${path}: ${text}`);
  const { onFault } = script;
  native.start((place, offer) => {
    const question = new Question(place, offer, reader.read(place), ctx, tell);
    const failed = (error: unknown): void => {
      question.fail();
      fail(error);
    };
    if (!onFault) return question.end(undefined);
    try {
      const returned = onFault.call(script, question.fault, question.ctx);
      if (!(returned instanceof Promise)) return question.end(returned);
      question.goesOn();
      returned.then((value) => question.end(value)).catch(failed);
    } catch (error) {
      failed(error);
    }
  });
  if (script.onTick) setInterval(() => void guarded(() => script.onTick!(ctx), fail), script.tick ?? 1000);

  process.on('message', (message: ToScript) => {
    switch (message.say) {
      case 'ranges': {
        facts.ranges = message.ranges;
        for (const range of message.ranges) {
          const known = byId.has(range.id);
          byId.set(range.id, range);
          if (!known && script.onRange) void guarded(() => script.onRange!(range, ctx), fail);
        }
        return;
      }
      case 'events':
        void feed(script, ctx, message, fail);
        return;
      case 'command':
        void runCommand(script, ctx, message, path);
        return;
      case 'performed':
        ctx.performed(message.call, [...message.outcomes]);
        return;
      case 'detach':
        void detach(script, ctx, fail);
        return;
      case 'begin':
        return;
    }
  });
}

async function feed(
  script: Script,
  ctx: ScriptContext,
  { events, resolved }: Extract<ToScript, { say: 'events' }>,
  fail: (error: unknown) => void,
): Promise<void> {
  if (script.onEvent) for (const event of events) await guarded(() => script.onEvent!(event, ctx), fail);
  if (script.onResolved) for (const each of resolved) await guarded(() => script.onResolved!(each, ctx), fail);
  link.send({ say: 'fed' });
}

async function runCommand(
  script: Script,
  ctx: ScriptContext,
  { call, command, args, faults }: Extract<ToScript, { say: 'command' }>,
  path: string,
): Promise<void> {
  try {
    const found = script.commands?.[command];
    if (!found) throw new Error(`there is no command ${command}`);
    const came = await (typeof found === 'function' ? found(ctx, args, faults) : found.run(ctx, args, faults));
    const text = came === undefined ? '' : typeof came === 'string' ? came : JSON.stringify(came);
    link.send({ say: 'done', call, ok: true, text: String(text).slice(0, 2000) });
  } catch (error) {
    link.send({ say: 'done', call, ok: false, text: errorText(error, path) });
  }
}

async function detach(script: Script, ctx: Context, fail: (error: unknown) => void): Promise<void> {
  ctx.native.stop();
  const hook: Hook = 'onDetach';
  if (script[hook]) await guarded(() => script.onDetach!(ctx), fail);
  link.flush();
  link.send({ say: 'detached' });
}
