/** What the types of a script allow and refuse. `npm run types` compiles it; nothing runs it. */
import { attach, defineScript, demo, type Answer, type Script, type ScriptFault } from 'uffdscope';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(yes: Same<A, B>): void => void yes;

defineScript({
  name: 'inferred',
  filter: 'kind=missing',
  tick: 100,
  onAttach(ctx) {
    same<typeof ctx.target.pid, number>(true);
    ctx.count('pages', 2);
    // @ts-expect-error an answer is for a fault
    ctx.zero();
    // @ts-expect-error what was prepared once need not be prepared again
    ctx.source(ctx.source('zero'));
  },
  onFault(fault, ctx) {
    same<typeof fault, ScriptFault>(true);
    same<typeof fault.page, bigint>(true);
    same<typeof fault.kind, 'missing' | 'wp' | 'minor'>(true);
    ctx.copy('pattern:5a');
    ctx.copy(new Uint8Array(1));
    ctx.copy(ctx.source({ type: 'file', path: '/x', offset: 0 }));
    ctx.delay(5);
    // @ts-expect-error a copy needs its bytes
    ctx.copy();
    // @ts-expect-error not a number
    ctx.copy(0x5a);
    // @ts-expect-error a delay needs its time
    ctx.delay();
    // @ts-expect-error a fault is not changed
    fault.page = 0n;
    // @ts-expect-error an address and a size are different types
    ctx.log(fault.page + fault.pageSize);
    // @ts-expect-error it may lie outside every known range
    ctx.log(fault.range.name);
  },
  onEvent(event, ctx) {
    if (event.type === 'fork') same<typeof event.child, number | null>(true);
    if (event.type === 'remap') same<typeof event.to, bigint>(true);
    // @ts-expect-error only a remap has it
    ctx.log(event.to);
  },
  onResolved: ({ latency }) => same<typeof latency, number | null>(true),
  commands: {
    short: (ctx, args) => ctx.log(args.join()),
    long: { about: 'one line', run: async (ctx, _, faults) => ctx.perform({ verb: 'zero' }, faults) },
  },
});

export const returned: readonly Script[] = [
  { onFault: () => 'zero' },
  { onFault: async () => ({ action: 'copy', source: 'zero' }) },
  { onFault: () => ({ action: 'delay', ms: 5 }) },
  { onFault: () => undefined },
  // @ts-expect-error a misspelt answer
  { onFault: () => 'zeroo' },
  // @ts-expect-error a copy needs its source
  { onFault: () => ({ action: 'copy' }) },
  // @ts-expect-error a delay needs its time
  { onFault: async () => ({ action: 'delay' }) },
  // @ts-expect-error a number is no answer
  { onFault: () => 42 },
  // @ts-expect-error a hook misspelt
  { onFalt: () => 'zero' },
  // @ts-expect-error a filter is text
  { filter: /kind=missing/ },
];

/** `copy` is no word alone, and no answer has two. */
export const answers: readonly Answer[] = [
  'hold',
  { action: 'pass' },
  // @ts-expect-error copy what?
  'copy',
  // @ts-expect-error zero takes nothing
  { action: 'zero', source: 'zero' },
];

export async function library(): Promise<void> {
  await using run = await demo('missing', { defaultAnswer: 'zero', scripts: ['a.ts'], args: ['--pages', '4'] });
  same<Awaited<typeof run.exit>['code'], number | null>(true);
  // @ts-expect-error the program is started here, so there is no pid to give
  await demo('missing', { pid: 1 });
  // @ts-expect-error which process?
  await attach({ defaultAnswer: 'zero' });
  // @ts-expect-error no such default
  await attach({ pid: 1, defaultAnswer: 'copy' });
}
