/** A filter over the fault that a script is asked about; only what is known then may be asked. */
import { check } from '../../filter/check.js';
import { outcome, toUffdscopeError } from '../../filter/filter-error.js';
import { parse } from '../../filter/parse.js';
import { toJs } from '../../filter/to-js.js';
import type { FaultColumns } from '../../types.js';
import type { ScriptFault } from '../types.js';
import type { HostFault } from './fault.js';

/** @throws UffdscopeError FILTER with the column. */
export function filterTest(text: string): (fault: ScriptFault) => boolean {
  const compiled = outcome(() => ({
    test: toJs(check(parse(text), { context: 'faults', when: 'fault' }), 'faults', {}),
  }));
  if (!compiled.ok) throw toUffdscopeError(text, compiled.error);
  return (fault) => compiled.test(columns(fault as HostFault));
}

function columns(fault: HostFault): FaultColumns {
  const range = fault.range;
  return {
    seq: fault.seq,
    t: 0,
    pid: fault.pid,
    tid: fault.tid,
    kind: fault.kind,
    access: fault.access,
    addr: fault.addressNumber,
    page: fault.pageNumber,
    off: range ? fault.addressNumber - fault.rangeStart : -1,
    rangeId: range?.id ?? -1,
    rangeName: range?.name ?? '',
    backing: range?.path ?? '',
    prot: '',
    comm: '',
    state: 'scripted',
    action: '',
    by: '',
    errno: 0,
    lat: -1,
    age: 0,
    hits: fault.hits,
    marked: false,
    edited: false,
  };
}
