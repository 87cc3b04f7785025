// The one-line formats of /proc, fed with what the kernel prints and with what a hostile program
// can make it print.
#include "kernel/procfs.h"

#include <doctest/doctest.h>

#include "kernel/abi.h"
#include "kernel/fdinfo.h"
#include "kernel/maps.h"
#include "kernel/smaps.h"

using namespace uffdscope;

TEST_CASE("stat: the name may hold anything, also what looks like the rest of the line") {
  std::string tail = " 12 34 34 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 4242 1000 200\n";
  auto plain = parse_stat("501 (qemu) S" + tail);
  REQUIRE(plain);
  CHECK(plain->pid == 501);
  CHECK(plain->comm == "qemu");
  CHECK(plain->state == 'S');
  CHECK(plain->ppid == 12);
  CHECK(plain->threads == 9);
  CHECK(plain->start_ticks == 4242);
  CHECK(!plain->kernel_thread());

  auto hostile = parse_stat("7 (a) R 1 1\n\x1b[31m) Z" + tail);
  REQUIRE(hostile);
  CHECK(hostile->comm == "a) R 1 1\n\x1b[31m");
  CHECK(hostile->state == 'Z');
  CHECK(hostile->dead());

  auto kernel = parse_stat("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 2 0 0\n");
  REQUIRE(kernel);
  CHECK(kernel->kernel_thread());
}

TEST_CASE("stat: what is cut short or is not stat gives nothing") {
  for (auto* text :
       {"", "(", "501", "501 (", "501 (x", "501 (x)", "501 (x) ", "501 (x) S 1", "x (y) S 1 2 3",
        "99999999999999999999999 (x) S 1 2", "501 (x) S a b c d e f g h i j k l m n o p q r s"})
    CHECK_MESSAGE(!parse_stat(text), text);
}

TEST_CASE("status: the fields that decide what may be done") {
  auto status = parse_status(
      "Name:\tx\\nTracerPid:\\t9\nState:\tS (sleeping)\nTgid:\t501\nNgid:\t0\nTracerPid:\t77\n"
      "Uid:\t1000\t1001\t1002\t1003\nGid:\t5\t6\t7\t8\nNStgid:\t501\t12\nCapEff:"
      "\t000001ffffffffff\n"
      "Seccomp:\t2\n");
  REQUIRE(status);
  CHECK(status->tgid == 501);
  CHECK(status->tracer == 77);
  CHECK(status->uid[1] == 1001);
  CHECK(status->gid[3] == 8);
  CHECK(status->cap_effective == 0x1ffffffffff);
  CHECK(status->seccomp == 2);
  CHECK(status->ns_tgid == std::vector<int>{501, 12});
  CHECK(!parse_status("nothing of the kind\n\n::\n"));
}

TEST_CASE("syscall: user mode, kernel mode, running") {
  auto user = parse_syscall("-1 0x7ffd0000 0x401000\n");
  REQUIRE(user);
  CHECK(user->number == -1);
  auto call = parse_syscall("7 0x7ffd1 0x2 0xffffffffffffffff 0x0 0x0 0x5 0x7ffd0000 0x401000\n");
  REQUIRE(call);
  CHECK(call->number == 7);
  CHECK(call->args[1] == 2);
  CHECK(call->args[2] == ~0ull);
  CHECK(parse_syscall("running\n")->running);
  for (auto* text :
       {"", "seven 0x1", "7", "7 0x1 0x2", "7 1 2 3 4 5 6", "7 0xz 0x0 0x0 0x0 0x0 0x0"})
    CHECK_MESSAGE(!parse_syscall(text), text);
}

TEST_CASE("wchan names the two places where a thread waits for a userfaultfd") {
  CHECK(parse_wchan("handle_userfault") == UffdWait::fault);
  CHECK(parse_wchan("handle_userfault.isra.0") == UffdWait::fault);
  CHECK(parse_wchan("userfaultfd_event_wait_completion") == UffdWait::event);
  for (auto* text : {"", "0", "handle_userfaultfd", "do_poll.constprop.0", "xhandle_userfault"})
    CHECK(parse_wchan(text) == UffdWait::none);
}

TEST_CASE("fdinfo of a userfaultfd") {
  auto info = parse_uffd_fdinfo(
      "pos:\t0\nflags:\t02004000\nmnt_id:\t17\nino:\t35794\npending:\t1\ntotal:\t3\n"
      "API:\taa:80000102:80000000000001ff\n");
  REQUIRE(info);
  CHECK(info->ino == 35794);
  CHECK(info->pending == 1);
  CHECK(info->total == 3);
  CHECK(info->features == (abi::kFeatThreadId | abi::kFeatEventFork));
  CHECK(info->initialized);
  CHECK(info->nonblocking());

  auto fresh = parse_uffd_fdinfo("flags:\t02000002\npending:\t0\ntotal:\t0\nAPI:\taa:0:1ff\n");
  REQUIRE(fresh);
  CHECK(!fresh->initialized);
  CHECK(!fresh->nonblocking());
  CHECK(fresh->ino == 0);  // before 5.14

  CHECK(
      !parse_uffd_fdinfo("pos:\t0\nflags:\t02\nmnt_id:\t1\nino:\t5\n"));  // some other file by now
  CHECK(!parse_uffd_fdinfo(""));
  CHECK(!parse_uffd_fdinfo("pending: x\ntotal: y\nAPI: zz\n"));
}

TEST_CASE("fdinfo of an epoll instance") {
  CHECK(parse_epoll_fdinfo("pos:\t0\nflags:\t02\ntfd:        5 events:       19 data: 5 pos:0\n"
                           "tfd:       12 events: 1\nbogus\ntfd:\n") == std::vector<int>{5, 12});
}

TEST_CASE("maps: a line, with and without a path") {
  auto heap = parse_maps_line("55d0-66e0 rw-p 00001000 fd:01 77   [heap]");
  REQUIRE(heap);
  CHECK(heap->start == 0x55d0);
  CHECK(heap->end == 0x66e0);
  CHECK(heap->dev_major == 0xfd);
  CHECK(heap->inode == 77);
  CHECK(heap->path == "[heap]");
  CHECK(!heap->shared());
  auto shared = parse_maps_line("7f00-7f10 rw-s 00000000 00:01 1024 /dev/shm/a b\\012c (deleted)");
  REQUIRE(shared);
  CHECK(shared->shared());
  CHECK(shared->path == "/dev/shm/a b\\012c (deleted)");
  CHECK(parse_maps_line("7f00-7f10 ---p 00000000 00:00 0 ")->path.empty());
  for (auto* text : {"", "-", "7f00", "7f00-", "7f10-7f00 rw-p 0 0:0 0", "7f00-7f10 rwzp 0 0:0 0",
                     "7f00-7f10 rw-p", "7f00-7f10 rw-p 0 00 0", "VmFlags: rd wr um"})
    CHECK_MESSAGE(!parse_maps_line(text), text);
}

namespace {

std::string vma(int number, const char* path, const char* flags) {
  char line[256];
  snprintf(line, sizeof line, "%x000-%x000 rw-p 00000000 00:00 0  %s\n", number, number + 1, path);
  return std::string(line) +
         "Size:                  4 kB\nKernelPageSize:        4 kB\nMMUPageSize:           4 kB\n"
         "Rss:                   0 kB\nTHPeligible:           0\nVmFlags: rd wr mr mw me ac " +
         flags + "\n";
}

}  // namespace

TEST_CASE("smaps: the registered ranges, with every mode, from pieces of any size") {
  std::string text = vma(1, "", "um sd") + vma(2, "/x", "sd") + vma(3, "[heap]", "um uw") +
                     vma(4, "/dev/shm/VmFlags: um", "ht") + vma(5, "", "ui uw um");
  for (size_t piece : {size_t{1}, size_t{7}, size_t{100}, text.size()}) {
    SmapsParser parser;
    for (size_t at = 0; at < text.size(); at += piece)
      parser.feed(std::string_view(text).substr(at, piece));
    auto ranges = parser.finish();
    REQUIRE(ranges.size() == 3);
    CHECK(ranges[0].map.start == 0x1000);
    CHECK(ranges[0].modes == abi::kModeMissing);
    CHECK(ranges[0].page_size == 4096);
    CHECK(ranges[1].modes == (abi::kModeMissing | abi::kModeWp));
    CHECK(ranges[1].map.path == "[heap]");
    CHECK(ranges[2].modes == (abi::kModeMissing | abi::kModeWp | abi::kModeMinor));
  }
}

TEST_CASE("smaps: 65,530 mappings, and a text that ends in the middle") {
  SmapsParser parser;
  for (int i = 1; i <= 65530; i++) parser.feed(vma(i, "", i % 2 ? "um" : "sd"));
  parser.feed("ffff0000-ffff1000 rw-p 00000000 00:00 0\nVmFlags: u");
  CHECK(parser.finish().size() == 32765);
}

TEST_CASE("smaps: garbage gives no range and no end of memory") {
  SmapsParser parser;
  parser.feed("VmFlags: um uw ui\n\n\n\x1b]0;x\x07\nKernelPageSize: -4 kB\n");
  std::string endless(1 << 20, 'a');
  for (int i = 0; i < 64; i++) parser.feed(endless);
  parser.feed("\nVmFlags: um\n");
  CHECK(parser.finish().empty());
}
