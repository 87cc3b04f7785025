// Probes on the running kernel, the BTF reader on broken text, and process rows.
#include "kernel/probe.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "kernel/btf.h"
#include "kernel/process_list.h"

using namespace uffdscope;

namespace {

UniqueFd proc() { return UniqueFd(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

/// BTF with `types` (in words) and `strings`.
std::string btf_of(const std::vector<uint32_t>& types, const std::string& strings) {
  btf_header header{};
  header.magic = BTF_MAGIC;
  header.version = 1;
  header.hdr_len = sizeof header;
  header.type_len = static_cast<uint32_t>(types.size() * 4);
  header.str_off = header.type_len;
  header.str_len = static_cast<uint32_t>(strings.size());
  std::string text(reinterpret_cast<char*>(&header), sizeof header);
  text.append(reinterpret_cast<const char*>(types.data()), types.size() * 4);
  return text + strings;
}

uint32_t info(uint32_t kind, uint32_t count) { return kind << 24 | count; }

}  // namespace

TEST_CASE("BTF: a function is found behind types of every length") {
  std::string strings("\0one\0bpf_iter_task\0", 19);
  std::vector<uint32_t> types = {
      1, info(BTF_KIND_INT, 0),        4, 32,                  // 1
      1, info(BTF_KIND_STRUCT, 2),     8, 1,  1, 0, 1, 1, 32,  // 2, two members
      0, info(BTF_KIND_FUNC_PROTO, 1), 1, 1,  1,               // 3, one parameter
      5, info(BTF_KIND_FUNC, 0),       3,                      // 4
  };
  std::string btf = btf_of(types, strings);
  CHECK(btf_function_id(btf, "bpf_iter_task") == 4);
  CHECK(btf_function_id(btf, "bpf_iter") == 0);
  CHECK(btf_function_id(btf, "one") == 0);  // not a function
}

TEST_CASE("BTF: text that is cut short anywhere is no BTF and no crash") {
  std::string btf = btf_of({5, info(BTF_KIND_FUNC, 0), 3}, std::string("\0one\0f\0", 7));
  for (size_t length = 0; length < btf.size(); length++)
    CHECK(btf_function_id(btf.substr(0, length), "f") == 0);
  CHECK(btf_function_id(btf, "f") == 1);
  std::string lies = btf_of({0xffffff, info(BTF_KIND_FUNC, 0), 3}, std::string("\0f\0", 3));
  CHECK(btf_function_id(lies, "f") == 0);
}

TEST_CASE("the kernel's own BTF has the iterators") {
  auto btf = read_proc_file(AT_FDCWD, "/sys/kernel/btf/vmlinux", size_t{64} << 20);
  if (!btf) return;  // built without it: doctor says so
  CHECK(btf_function_id(*btf, "bpf_iter_task") > 0);
  CHECK(btf_function_id(*btf, "no_such_function_in_any_kernel") == 0);
}

TEST_CASE("a probe leaves nothing behind, and says of every means whether it works") {
  auto before = numeric_entries(AT_FDCWD, "/proc/self/fd");
  Probe probe = probe_kernel();
  auto after = numeric_entries(AT_FDCWD, "/proc/self/fd");
  REQUIRE(before);
  REQUIRE(after);
  CHECK(before->size() == after->size());
  CHECK(probe.uffd_user_only_errno == 0);
  CHECK(probe.api_errno == 0);
  CHECK((probe.features & 1) == 1);
  for (int result : {probe.uffd_errno, probe.device_errno, probe.pagemap_scan_errno,
                     probe.pidfd_getfd_errno, probe.process_madvise_errno, probe.kcmp_errno,
                     probe.perf_user_errno, probe.perf_kernel_errno, probe.btf_errno})
    CHECK(result >= 0);
}

TEST_CASE("rows: ourselves, a zombie, a name with a newline, and nobody") {
  auto self = look_at_row(proc().get(), getpid());
  REQUIRE(self);
  CHECK(self->status.tgid == getpid());
  CHECK(self->attach_errno == 0);
  CHECK(!self->cmdline.empty());
  CHECK(self->cmdline.find('\0') == std::string::npos);

  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_NAME, "a\nb) Z");
    pause();
  }
  std::optional<ProcessRow> row;
  for (int i = 0; i < 200; i++) {
    row = look_at_row(proc().get(), child);
    if (row && row->stat.comm == "a\nb) Z") break;
    usleep(5000);
  }
  REQUIRE(row);
  CHECK(row->stat.comm == "a\nb) Z");
  CHECK(row->stat.ppid == getpid());
  kill(child, SIGKILL);
  siginfo_t ended;
  waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
  row = look_at_row(proc().get(), child);
  REQUIRE(row);
  CHECK(row->stat.dead());
  waitpid(child, nullptr, 0);
  CHECK(!look_at_row(proc().get(), child));

  auto all = list_processes(proc().get());
  CHECK(std::any_of(all.begin(), all.end(), [](auto& r) { return r.stat.pid == getpid(); }));
}
