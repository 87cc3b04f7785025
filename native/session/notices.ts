/** The one sentence of the header when something needs the operator's eye (enum Notice of engine.h). */
import { handlerRefusal } from './refusals.js';
import type { HandlerState, Stance } from './types.js';

export function noticeText(
  s: { readonly notice: number; readonly refusal: number; readonly refusedBy: number },
  session: { readonly target: { readonly pid: number } },
): string {
  switch (s.notice) {
    case 0:
      return '';
    case 1:
      return handlerRefusal(s.refusal, s.refusedBy).message;
    case 2:
      return 'The source ends before a page that it should fill: the fault waits.';
    case 3:
      return 'The keeper died; everything was handed back and a new one was started.';
    case 4:
      return 'The process that answered is gone: answer, wake, or leave (closing the last descriptor zero-fills).';
    case 5:
      return `The memory of ${session.target.pid} is gone: it ended or ran another program.`;
    case 6:
      return 'Too many faults wait at once: further ones are handed back.';
    case 7:
      return 'The handler is gone: nobody reads this userfaultfd now.';
    case 8:
      return 'We were stopped: the keeper handed back what was held.';
    case 9:
      return 'Its owner closed this userfaultfd: ours is the last descriptor. Leaving lets what faults then read zeros.';
    case 10:
      return 'The handler lives: it was only busy. What we held in its place goes back to it.';
    case 11:
      return 'No free huge page: the kernel cannot answer these faults. Raise vm.nr_hugepages, then answer them again.';
    case 12:
      return 'Forked children have no other handler: uffdscope goes on answering them.';
    case 13:
      return 'No message will ever come: this userfaultfd was made with SIGBUS, its faults are signals.';
    case 14:
      return 'No message will ever come: this userfaultfd tracks writes by itself (WP_ASYNC). Nothing waits for an answer.';
    default:
      return `Notice ${s.notice}.`;
  }
}

/** What a handler that read and never answered looks like; '' when nothing is stuck. */
export function stuckText(count: number): string {
  if (count <= 0) return '';
  const [faults, wait] = count === 1 ? ['1 fault was', 'waits'] : [`${count} faults were`, 'wait'];
  return `${faults} read by the handler and still ${wait}: with --redrive (:redrive on the screen) ${count === 1 ? 'it comes' : 'they come'} again, to us.`;
}

/** `1 page`, `3 pages`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Where we stand with the handler now. `ownerGone`: who held it closed it or ended. `count`: threads that are frozen, or faults that were handed back. */
export function stanceText(stance: Stance, handler: HandlerState, count: number, ownerGone = false): string {
  switch (stance) {
    case 'armed':
      if (handler === 'frozen') return `armed: the handler is stopped in its wait (threads: ${count})`;
      return handler === 'none' ? 'armed: nobody else reads' : 'armed: reading beside the handler';
    case 'left':
      if (ownerGone)
        return `left: ${backText(count)}; its owner was gone: unless another holds it, what faults reads zeros`;
      return `left: ${backText(count)}; ${handlerText(handler)}`;
    case 'looking':
      return `looking${count > 0 ? `: ${backText(count)}` : ''}; ${handlerText(handler)}`;
    default:
      return `${stance}; ${handlerText(handler)}`;
  }
}

function backText(count: number): string {
  return `${counted(count, 'fault')} handed back`;
}

function handlerText(handler: HandlerState): string {
  switch (handler) {
    case 'living':
    case 'frozen':
      return 'the handler reads';
    case 'none':
      return 'nobody was seen to read: what faults now waits';
    case 'unfreezable':
      return 'a handler that could not be stopped reads';
    case 'unknown':
      return 'whether a handler lives was not found out';
  }
}
