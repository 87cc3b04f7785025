/** x: one menu for all that does harm, each shown before it is done. */
import type { Corruption, Fault, PageBytes } from '../../native/session/types.js';
import { parseByte, parseNumber } from '../model/arguments.js';
import { BYTES_PER_ROW, hexdumpRows } from '../rows/hexdump.js';
import { hex, plural } from '../rows/format.js';
import { answerBytes, damaged, focused } from './bytes.js';
import { agreedOnce, legalOnes, perform, verdictFor } from './deeds.js';
import { askValue, choose } from './dialogs.js';
import type { App } from '../faces.js';

type Harm = 'flip' | 'xor' | 'fill' | 'truncate' | 'stale' | 'poison';
const BELOW = 9;

export async function harm(app: App): Promise<void> {
  const fault = focused(app);
  const poison = verdictFor(app, 'poison');
  const copy = verdictFor(app, 'copy');
  const stale = await stalePage(app, fault);
  const bytes = copy.ok ? await answerBytes(app, fault) : new Uint8Array(0);
  const noCopy = copy.ok ? {} : { refused: copy.reason };
  const noStale = copy.ok && !stale.known ? { refused: stale.reason } : noCopy;
  // No letter here is a neighbour of x: a slip from ctrl-x must not do harm.
  const what = await choose<Harm>(app, {
    title: `Harm #${fault.seq}`,
    width: 76,
    items: [
      { key: 'b', title: 'bit flips', note: 'in what would be answered', value: 'flip', ...noCopy },
      { key: 'r', title: 'xor with a byte', value: 'xor', ...noCopy },
      { key: 'f', title: 'fill with a byte', value: 'fill', ...noCopy },
      { key: 't', title: 'truncate', note: 'zeros from an offset on', value: 'truncate', ...noCopy },
      { key: 'o', title: 'old page', note: 'the bytes of the page answered before', value: 'stale', ...noStale },
      {
        key: 'p',
        title: 'poison',
        note: 'every access is a SIGBUS',
        value: 'poison',
        ...(poison.ok ? {} : { refused: poison.reason }),
      },
    ],
    belowRows: BELOW,
    below: (item, width) => preview(app, fault, bytes, defaultDamage(item.value, fault, stale), width),
  });
  if (what === null) return;
  if (what === 'poison') {
    const seqs = legalOnes(app, 'poison');
    if (await agreedOnce(app, 'poison', seqs)) await perform(app, { verb: 'poison' }, seqs);
    return;
  }
  const damage = await askDamage(app, what, fault, stale);
  if (damage !== null) await give(app, damage);
}

async function give(app: App, damage: Corruption): Promise<void> {
  for (const seq of legalOnes(app, 'copy')) {
    const fault = app.at.session.faults.row(seq);
    if (fault === null) continue;
    const { after } = damaged(await answerBytes(app, fault), damage);
    await perform(app, { verb: 'copy', source: { type: 'bytes', bytes: after } }, [seq]);
  }
}

/** The newest page of the same range that was answered and can be read. */
async function stalePage(app: App, fault: Fault): Promise<PageBytes> {
  const { faults } = app.at.session;
  const from = Math.max(faults.first, fault.seq - 1000);
  const page = Number(fault.page);
  const before = faults.select(
    (f) => f.rangeId === fault.rangeId && f.state === 'resolved' && f.page !== page,
    from,
    fault.seq - 1,
  );
  for (const seq of before.slice(-8).toReversed()) {
    const old = faults.row(seq);
    if (old === null || old.pageSize !== fault.pageSize) continue;
    const bytes = await app.at.session.readPage(old.page, old.pageSize);
    if (bytes.known) return bytes;
  }
  return { known: false, reason: 'no page of this range was answered before, or none can be read' };
}

function defaultDamage(what: Harm, fault: Fault, stale: PageBytes): Corruption | null {
  switch (what) {
    case 'flip':
      return { type: 'flip', bits: 1, seed: fault.seq };
    case 'xor':
      return { type: 'xor', byte: 0xff };
    case 'fill':
      return { type: 'fill', byte: 0xaa };
    case 'truncate':
      return { type: 'truncate', length: fault.pageSize / 2 };
    case 'stale':
      return { type: 'stale', bytes: stale.known ? stale.bytes : new Uint8Array(0) };
    case 'poison':
      return null;
  }
}

async function askDamage(
  app: App,
  what: Exclude<Harm, 'poison'>,
  fault: Fault,
  stale: PageBytes,
): Promise<Corruption | null> {
  switch (what) {
    case 'flip': {
      const text = { title: 'Bit flips', label: 'how many bits: ', initial: '1', history: 'bits', parse: parseNumber };
      const bits = await askValue(app, { ...text, info: (n) => plural(n, 'bit') });
      return bits === null ? null : { type: 'flip', bits, seed: fault.seq };
    }
    case 'truncate': {
      const initial = String(fault.pageSize / 2);
      const text = { title: 'Truncate', label: 'bytes to keep: ', initial, history: 'truncate', parse: parseNumber };
      const length = await askValue(app, { ...text, info: (n) => `${plural(n, 'byte')}, then zeros` });
      return length === null ? null : { type: 'truncate', length };
    }
    case 'xor':
    case 'fill': {
      const initial = what === 'xor' ? 'ff' : 'aa';
      const byte = await askValue(app, {
        title: what,
        label: 'byte: ',
        initial,
        history: 'byte',
        parse: parseByte,
        info: hex,
      });
      return byte === null ? null : { type: what, byte };
    }
    case 'stale':
      return stale.known ? { type: 'stale', bytes: stale.bytes } : null;
  }
}

/** Before and after, around the first place that differs. */
function preview(app: App, fault: Fault, bytes: Uint8Array, damage: Corruption | null, width: number): string[] {
  const { paint } = app;
  const say = (text: string): string =>
    paint
      .line(width)
      .add(` ${paint.outside(text)}`, 'dim')
      .end();
  if (damage === null) return [say('No byte is given: each access to this page raises SIGBUS.')];
  if (bytes.length === 0) return [say('This fault takes no bytes.')];
  const { after, rows } = damaged(bytes, damage);
  const [first] = rows;
  if (first === undefined) return [say('This would change no byte.')];
  const top = Math.max(0, Math.min(first, Math.ceil(bytes.length / BYTES_PER_ROW) - 3));
  const touched = Number(fault.address - fault.page);
  const dump = (shown: Uint8Array, original: Uint8Array | null): string[] =>
    hexdumpRows({ bytes: shown, top, touched, original, cursor: -1, side: 'hex', match: null }, 3, width, paint);
  return [
    say('now'),
    ...dump(bytes, null),
    say(`after: ${plural(rows.length, 'row differs', 'rows differ')}`),
    ...dump(after, bytes),
  ];
}
