/** Resolutions as data: what each does, and whether the kernel would take it for a fault, said before it is tried. */
import type { FaultKind, FaultState, HandlerState, RangeMode, Verb } from './types.js';

export type VerbName = Verb['verb'] | 'move';
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export interface VerbContext {
  readonly kind: FaultKind;
  readonly state: FaultState;
  readonly features: readonly string[];
  readonly modes: readonly RangeMode[];
  readonly handler: HandlerState;
  readonly edited: boolean;
}

export const VERBS: Readonly<Record<VerbName, { readonly title: string; readonly does: string }>> = {
  answer: { title: 'answer', does: 'Give it the default answer: edited bytes, the source, or back to the handler.' },
  copy: { title: 'copy', does: 'Fill the page from a file, a pattern or given bytes (UFFDIO_COPY).' },
  zero: { title: 'zero', does: 'Map the zero page (UFFDIO_ZEROPAGE).' },
  continue: { title: 'continue', does: 'Map the page that the file already has (UFFDIO_CONTINUE).' },
  unprotect: { title: 'unprotect', does: 'Lift the write protection (UFFDIO_WRITEPROTECT, mode 0).' },
  poison: { title: 'poison', does: 'Make every access a SIGBUS (UFFDIO_POISON).' },
  wake: { title: 'wake', does: 'Wake the thread without an answer: it faults again (UFFDIO_WAKE).' },
  pass: { title: 'pass', does: 'Hand it to the handler and let that run.' },
  delay: { title: 'delay', does: 'Answer by default after a while.' },
  script: { title: 'script', does: 'Give it to a script; where that does not answer, it is held as before.' },
  move: { title: 'move', does: 'Move pages within the target (UFFDIO_MOVE).' },
};

const OK: Verdict = { ok: true };
const no = (reason: string): Verdict => ({ ok: false, reason });

/** ok, or the reason in the kernel's terms. */
export function legal(verb: VerbName, c: VerbContext): Verdict {
  if (c.state === 'resolved') return no('It was answered already.');
  if (c.state === 'gone') return no('It does not wait any more.');
  switch (verb) {
    case 'move':
      return no('EINVAL: the kernel moves pages only for a caller inside the process (mm != current->mm).');
    case 'copy':
    case 'zero':
      if (c.kind === 'wp') return no('EEXIST: the page is there; a write-protect fault is answered by unprotect.');
      if (c.kind === 'minor') return no('EEXIST: the file has the page; a minor fault is answered by continue.');
      return OK;
    case 'continue':
      return c.kind === 'minor' ? OK : no(`EFAULT: nothing to continue with; this is a ${c.kind} fault.`);
    case 'unprotect':
      return c.kind === 'wp' ? OK : no(`The page is not write-protected; this is a ${c.kind} fault.`);
    case 'poison':
      return c.kind === 'wp' ? no('EEXIST: the page is there; only a page that is not can be poisoned.') : OK;
    case 'pass':
      return c.handler === 'none' ? no('Nobody else reads this userfaultfd: there is no handler to pass it to.') : OK;
    case 'answer':
    case 'delay':
    case 'wake':
    case 'script':
      return OK;
  }
}
