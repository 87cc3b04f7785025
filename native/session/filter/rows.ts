/** What a filter can ask of a row of each context. */
import type { FaultColumns, TargetEvent } from '../types.js';
import type { Context } from './fields.js';

/** A mapping of the target, for --range and --plant. */
export interface MappingColumns {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly anon: boolean;
  /** Path, or '' for anonymous memory. */
  readonly file: string;
  readonly prot: string;
}

export interface Rows {
  faults: FaultColumns;
  events: TargetEvent;
  mappings: MappingColumns;
}

type Getters<Row, Value> = Readonly<Record<string, (row: Row) => Value>>;

/** Numbers below 0 are unknown: no comparison with them holds. */
export const NUMBERS: { readonly [C in Context]: Getters<Rows[C], number> } = {
  faults: {
    addr: (f) => f.addr,
    page: (f) => f.page,
    off: (f) => f.off,
    pid: (f) => f.pid,
    // 0: the uffd does not tell the thread (no THREAD_ID), or the hits of the page were not counted.
    tid: (f) => f.tid || -1,
    t: (f) => f.t,
    seq: (f) => f.seq,
    hits: (f) => f.hits || -1,
    lat: (f) => f.lat,
    age: (f) => f.age,
    errno: (f) => f.errno,
    ip: (f) => f.ip ?? -1,
  },
  events: { pid: (e) => e.pid, t: (e) => e.t },
  mappings: { size: (m) => m.size },
};

export const TEXTS: { readonly [C in Context]: Getters<Rows[C], string> } = {
  faults: {
    kind: (f) => f.kind,
    access: (f) => f.access,
    state: (f) => f.state,
    action: (f) => f.action,
    range: (f) => f.rangeName,
    backing: (f) => f.backing,
    prot: (f) => f.prot,
    comm: (f) => f.comm,
    by: (f) => f.by,
    rule: (f) => (f.by.startsWith('rule:') ? f.by.slice(5) : ''),
    sym: (f) => f.sym ?? '',
  },
  events: { ev: (e) => e.type },
  mappings: { name: (m) => m.name, file: (m) => m.file, prot: (m) => m.prot },
};

/** What a bare word is looked for in. */
export const WORDS: { readonly [C in Context]: readonly ((row: Rows[C]) => string)[] } = {
  faults: [TEXTS.faults['range']!, TEXTS.faults['sym']!],
  events: [(e) => e.detail],
  mappings: [(m) => m.name],
};

export const FLAG_TESTS: { readonly [C in Context]: Getters<Rows[C], boolean> } = {
  faults: {
    held: (f) => f.state === 'held',
    mine: (f) => f.by === 'operator',
    marked: (f) => f.marked,
    edited: (f) => f.edited,
    poisoned: (f) => f.action === 'poison',
    stale: (f) => f.state === 'gone',
  },
  events: {},
  mappings: { anon: (m) => m.anon, file: (m) => m.file !== '' },
};
