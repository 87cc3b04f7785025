import type { Candidate, CandidateList } from '../../native/session/discover/candidates.js';
import type { Session } from '../../native/session/types.js';
import type { PickerSource } from '../../ui/main.js';

/** A list of processes for screens under test. */
export class MemoryPicker implements PickerSource {
  constructor(private readonly session: Session) {}

  async list(): Promise<CandidateList> {
    const rows = [
      candidate(4012, 'demo', 1, 3, { do: 'join', handler: 'living' }),
      candidate(501, 'qemu-system-x86', 2, 0, { do: 'join', handler: 'unseen' }),
      candidate(1, 'init', 0, 0, { do: 'nothing', brief: 'pid 1', why: 'Pid 1 is never attached to.' }),
      candidate(812, 'evil\x1b[31m\x07name', 0, 0, {
        do: 'nothing',
        brief: 'no userfaultfd',
        why: 'It has no userfaultfd.',
      }),
      ...Array.from({ length: 40 }, (_, i) =>
        candidate(900 + i, `worker-${i}`, 0, 0, {
          do: 'nothing',
          brief: 'no userfaultfd',
          why: 'It has no userfaultfd.',
        }),
      ),
    ];
    return { rows, hidden: 0 };
  }

  async attach(): Promise<Session> {
    return this.session;
  }
}

function candidate(pid: number, comm: string, uffds: number, waiting: number, would: Candidate['would']): Candidate {
  return {
    pid,
    ppid: 1,
    uid: 0,
    comm,
    cmdline: `/usr/bin/${comm} --serve`,
    state: 'S',
    threads: 4,
    uffds: Array.from({ length: uffds }, (_, i) => ({
      ino: 87723 + i,
      fd: 7 + i,
      holders: [pid],
      pending: 0,
      total: 0,
    })),
    waiting,
    ranges: uffds,
    registeredBytes: uffds << 20,
    would,
  };
}
