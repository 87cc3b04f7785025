#include "kernel/probe.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/kcmp.h>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "kernel/abi.h"
#include "kernel/btf.h"
#include "kernel/page_size.h"
#include "kernel/pidfd.h"
#include "kernel/procfs.h"
#include "kernel/userfaultfd.h"

namespace uffdscope {

namespace {

int outcome(long result) { return result < 0 ? errno : 0; }

void probe_uffd(Probe& probe) {
  struct Way {
    Userfaultfd::Open how;
    bool user_only;
    int* result;
  } ways[] = {{Userfaultfd::Open::syscall, false, &probe.uffd_errno},
              {Userfaultfd::Open::syscall, true, &probe.uffd_user_only_errno},
              {Userfaultfd::Open::device, false, &probe.device_errno}};
  for (auto& way : ways) {
    auto uffd = Userfaultfd::open(way.how, way.user_only, O_CLOEXEC | O_NONBLOCK);
    *way.result = uffd ? 0 : uffd.error().err;
    if (!uffd || probe.api_errno == 0) continue;
    auto api = uffd->api(0);  // asking for none reports all
    probe.api_errno = api ? 0 : api.error().err;
    if (api) probe.features = api->features, probe.ioctls = api->ioctls;
  }
}

int probe_pagemap_scan() {
  UniqueFd pagemap(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  if (!pagemap) return errno;
  static char byte;
  auto start = reinterpret_cast<uint64_t>(&byte) & ~(page_size() - 1);
  abi::PageRegion region;
  abi::PagemapScanArg arg{};
  arg.size = sizeof arg;
  arg.start = start;
  arg.end = start + page_size();
  arg.vec = reinterpret_cast<uint64_t>(&region);
  arg.vec_len = 1;
  arg.return_mask = abi::kPagePresent;
  return outcome(::ioctl(pagemap.get(), abi::kIoctlPagemapScan, &arg));
}

int probe_process_madvise(int pidfd) {
  void* page =
      ::mmap(nullptr, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return errno;
  iovec span{page, page_size()};
  int result = outcome(::syscall(SYS_process_madvise, pidfd, &span, 1, MADV_COLD, 0));
  ::munmap(page, page_size());
  return result;
}

int probe_perf(bool kernel) {
  perf_event_attr attr{};
  attr.size = sizeof attr;
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_PAGE_FAULTS;
  attr.sample_period = 1;
  attr.sample_type = PERF_SAMPLE_ADDR | PERF_SAMPLE_TID;
  attr.disabled = 1;
  attr.exclude_kernel = kernel ? 0 : 1;
  attr.exclude_hv = 1;
  long fd = ::syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  int result = outcome(fd);
  if (fd >= 0) ::close(static_cast<int>(fd));
  return result;
}

void probe_bpf(Probe& probe) {
  auto btf = read_proc_file(AT_FDCWD, "/sys/kernel/btf/vmlinux", size_t{64} << 20);
  probe.btf_errno = btf ? 0 : btf.error().err;
  if (!btf) return;
  uint32_t id = btf_function_id(*btf, "bpf_iter_task");
  if (id == 0) {
    probe.bpf_iter_errno = ENOENT;
    return;
  }
  bpf_insn program[2] = {};
  program[0].code = BPF_ALU64 | BPF_MOV | BPF_K;  // r0 = 0
  program[1].code = BPF_JMP | BPF_EXIT;
  bpf_attr attr{};
  attr.prog_type = BPF_PROG_TYPE_TRACING;
  attr.expected_attach_type = BPF_TRACE_ITER;
  attr.attach_btf_id = id;
  attr.insns = reinterpret_cast<uint64_t>(program);
  attr.insn_cnt = 2;
  attr.license = reinterpret_cast<uint64_t>("MIT");
  long fd = ::syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
  probe.bpf_iter_errno = outcome(fd);
  if (fd >= 0) ::close(static_cast<int>(fd));
}

}  // namespace

Probe probe_kernel() {
  Probe probe;
  probe_uffd(probe);
  probe.pagemap_scan_errno = probe_pagemap_scan();
  if (auto self = pidfd_open(::getpid())) {
    UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    auto copy = pidfd_getfd(self->get(), null.get());
    probe.pidfd_getfd_errno = copy ? 0 : copy.error().err;
    probe.process_madvise_errno = probe_process_madvise(self->get());
  } else {
    probe.pidfd_getfd_errno = probe.process_madvise_errno = self.error().err;
  }
  probe.kcmp_errno = outcome(::syscall(SYS_kcmp, ::getpid(), ::getpid(), KCMP_VM, 0, 0));
  probe.perf_user_errno = probe_perf(false);
  probe.perf_kernel_errno = probe_perf(true);
  probe_bpf(probe);
  return probe;
}

}  // namespace uffdscope
