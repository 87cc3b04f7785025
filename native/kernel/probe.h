// What this kernel lets this user do, found by doing it on ourselves and undoing it: no version is
// ever guessed from.
#pragma once
#include <cstdint>

namespace uffdscope {

/// In all fields that end in `_errno`: 0 it works, else why not. -1: it was not tried.
struct Probe {
  int uffd_errno = -1;            // userfaultfd(2), faults of the kernel included
  int uffd_user_only_errno = -1;  // userfaultfd(UFFD_USER_MODE_ONLY)
  int device_errno = -1;          // /dev/userfaultfd, USERFAULTFD_IOC_NEW
  int api_errno = -1;             // UFFDIO_API on one of these
  uint64_t features = 0;          // all that the kernel knows
  uint64_t ioctls = 0;
  int pagemap_scan_errno = -1;     // PAGEMAP_SCAN on /proc/self/pagemap
  int pidfd_getfd_errno = -1;      // a copy of one of our own descriptors
  int process_madvise_errno = -1;  // MADV_COLD on a page of our own
  int kcmp_errno = -1;
  int perf_user_errno = -1;    // a software page-fault event on ourselves, without kernel faults
  int perf_kernel_errno = -1;  // the same with them
  int btf_errno = -1;          // /sys/kernel/btf/vmlinux
  int bpf_iter_errno = -1;     // an empty program for the iterator over tasks, loaded and closed
};
Probe probe_kernel();

}  // namespace uffdscope
