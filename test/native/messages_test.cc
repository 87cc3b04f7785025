// Every message of a userfaultfd, as it is read: five events and each flag of a fault, from
// blocking descriptors too, and the barrier that tells whether an event is outstanding.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "support/eventually.h"
#include "support/field.h"
#include "support/needs.h"
#include "support/queued_event.h"
#include "support/rows.h"
#include "support/touch.h"
#include "support/victim.h"

using namespace native_test;
using Barrier = Userfaultfd::Barrier;

namespace {

constexpr uint64_t kMissing = abi::kModeMissing, kWp = abi::kModeWp, kMinor = abi::kModeMinor;

/// A system call in a thread of its own, which waits until its event was read.
class Call {
 public:
  explicit Call(std::function<void()> call)
      : thread_([this, call = std::move(call)] {
          call();
          over_ = true;
        }) {}
  ~Call() { thread_.join(); }
  bool over() const { return over_; }

 private:
  std::atomic<bool> over_{false};
  std::thread thread_;
};

struct FaultCase {
  const char* what;
  Memory kind;
  uint64_t modes;
  enum { nothing, in_file, protected_page } before;
  How how;
  uint64_t flags;
};

}  // namespace

TEST_CASE("a fault's message says what was done to which page by whom") {
  const FaultCase cases[] = {
      {"missing, read", Memory::anonymous, kMissing, FaultCase::nothing, How::read, 0},
      {"missing, written", Memory::anonymous, kMissing, FaultCase::nothing, How::write,
       abi::kFaultWrite},
      {"missing in a file, read", Memory::shared, kMissing, FaultCase::nothing, How::read, 0},
      {"missing in a file, written", Memory::shared, kMissing, FaultCase::nothing, How::write,
       abi::kFaultWrite},
      {"write-protected", Memory::anonymous, kWp, FaultCase::protected_page, How::write,
       abi::kFaultWp | abi::kFaultWrite},
      {"write-protected in a file", Memory::shared, kWp, FaultCase::protected_page, How::write,
       abi::kFaultWp | abi::kFaultWrite},
      {"minor, read", Memory::shared, kMinor, FaultCase::in_file, How::read, abi::kFaultMinor},
      {"minor, written", Memory::shared, kMinor, FaultCase::in_file, How::write,
       abi::kFaultMinor | abi::kFaultWrite},
  };
  for (const FaultCase& c : cases) {
    INFO(std::string(c.what));
    Mapping memory(c.kind, 2);
    if (c.before == FaultCase::in_file) *Mapping::view_of(memory).bytes(1) = 1;
    if (c.before == FaultCase::protected_page) *memory.bytes(1) = 1;
    Field field(std::move(memory), c.modes, abi::kFeatThreadId);
    if (c.before == FaultCase::protected_page) {
      REQUIRE(field.uffd.writeprotect(field.at(1), field.unit(), abi::kWriteprotectWp).complete());
    }
    Touch touch(field.uffd, field.at(1) + 0x123, c.how);
    auto message = next_message(field.uffd);
    REQUIRE(message);
    CHECK(message->event == abi::kEventPagefault);
    CHECK(message->arg.pagefault.flags == c.flags);
    CHECK(message->arg.pagefault.address == field.at(1));
    CHECK(message->arg.pagefault.ptid == static_cast<uint32_t>(touch.tid()));
  }
}

TEST_CASE(
    "a fault's message: the exact address and no thread, where that is asked for and this not") {
  Field field(Memory::anonymous, 1, kMissing, abi::kFeatExactAddress);
  Touch touch(field.uffd, field.at(0) + 0x123, How::read);
  auto message = next_message(field.uffd);
  REQUIRE(message);
  CHECK(message->arg.pagefault.address == field.at(0) + 0x123);
  CHECK(message->arg.pagefault.ptid == 0);
}

TEST_CASE("REMOVE: which pages were thrown away") {
  Field field(Memory::anonymous, 4, kMissing, abi::kFeatEventRemove);
  Call call([&] { ::madvise(field.memory.bytes(1), 2 * field.unit(), MADV_DONTNEED); });
  auto message = next_message(field.uffd);
  REQUIRE(message);
  CHECK(message->event == abi::kEventRemove);
  CHECK(message->arg.remove.start == field.at(1));
  CHECK(message->arg.remove.end == field.at(3));
}

TEST_CASE("UNMAP: which pages are gone") {
  Field field(Memory::anonymous, 4, kMissing, abi::kFeatEventUnmap);
  Call call([&] { ::munmap(field.memory.bytes(1), 2 * field.unit()); });
  auto message = next_message(field.uffd);
  REQUIRE(message);
  CHECK(message->event == abi::kEventUnmap);
  CHECK(message->arg.remove.start == field.at(1));
  CHECK(message->arg.remove.end == field.at(3));
}

TEST_CASE("REMAP: from where to where") {
  Field field(Memory::anonymous, 2, kMissing, abi::kFeatEventRemap);
  Mapping room(Memory::anonymous, 2, PROT_NONE);
  uint64_t from = field.at(0), to = room.start();
  Call call([&] {
    ::mremap(field.memory.bytes(), field.memory.length(), field.memory.length(),
             MREMAP_MAYMOVE | MREMAP_FIXED, room.bytes());
  });
  auto message = next_message(field.uffd);
  REQUIRE(message);
  CHECK(message->event == abi::kEventRemap);
  CHECK(message->arg.remap.from == from);
  CHECK(message->arg.remap.to == to);
  CHECK(message->arg.remap.len == field.memory.length());
}

TEST_CASE("FORK: whoever reads it holds the child's userfaultfd") {
  NEEDS(without_privilege());
  Field field(Memory::anonymous, 1, kMissing, abi::kFeatEventFork);
  pid_t child = -1;
  Call call([&] {
    // Not fork(3): it would hold the C library's locks until the message is read.
    child = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    if (child == 0) {
      int byte = *static_cast<volatile uint8_t*>(field.memory.bytes());
      ::syscall(SYS_exit_group, byte);
    }
  });
  CHECK(eventually([&] { return field.uffd.barrier() == Barrier::events; }));
  CHECK(unanswered(field.uffd) == 0);  // fdinfo does not count events
  auto message = next_message(field.uffd);
  REQUIRE(message);
  CHECK(message->event == abi::kEventFork);
  Userfaultfd of_child(uffdscope::UniqueFd(static_cast<int>(message->arg.fork.ufd)));
  auto fault = next_message(of_child);
  REQUIRE(fault);
  CHECK(fault->arg.pagefault.address == field.at(0));
  auto bytes = page_of(field, 0x21);
  CHECK(of_child.copy(field.at(0), bytes.data(), bytes.size()).complete());
  REQUIRE(eventually([&] { return call.over(); }));
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 0x21);
  CHECK(of_child.barrier() == Barrier::gone);
}

TEST_CASE("read: as many messages as there are, and EAGAIN when there is none") {
  Field field(Memory::anonymous, 3);
  abi::Message messages[8];
  auto none = field.uffd.read(messages, 8, true);
  REQUIRE_FALSE(none);
  CHECK(none.error().err == EAGAIN);
  Touch first(field.uffd, field.at(0), How::read), second(field.uffd, field.at(1), How::read),
      third(field.uffd, field.at(2), How::read);
  REQUIRE(eventually([&] { return unread(field.uffd) == 3; }));
  auto one = field.uffd.read(messages, 1, true);
  REQUIRE(one);
  CHECK(*one == 1);
  auto rest = field.uffd.read(messages, 8, true);
  REQUIRE(rest);
  CHECK(*rest == 2);
  CHECK(unread(field.uffd) == 0);
  CHECK(unanswered(field.uffd) == 3);
}

TEST_CASE("read: a blocking userfaultfd is read without waiting, and stays blocking") {
  auto uffd = open_uffd(0, 0);
  Mapping memory(Memory::anonymous, 1);
  REQUIRE(uffd.register_range(memory.start(), memory.length(), kMissing));
  abi::Message message;
  auto none = uffd.read(&message, 1, false);
  REQUIRE_FALSE(none);
  CHECK(none.error().err == EAGAIN);  // EOPNOTSUPP before 6.10
  Touch touch(uffd, memory.at(0), How::read);
  REQUIRE(eventually([&] { return unread(uffd) == 1; }));
  auto one = uffd.read(&message, 1, false);
  REQUIRE(one);
  CHECK(*one == 1);
  CHECK(message.arg.pagefault.address == memory.at(0));
  CHECK((::fcntl(uffd.fd(), F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("barrier: quiet, then events, then quiet again when the last one was read") {
  Field field(Memory::anonymous, 4, kMissing, abi::kFeatEventRemove);
  CHECK(field.uffd.barrier() == Barrier::quiet);
  {
    Touch fault(field.uffd, field.at(3), How::read);
    REQUIRE(eventually([&] { return unread(field.uffd) == 1; }));
    CHECK(field.uffd.barrier() == Barrier::quiet);  // a fault is no event
  }
  QueuedEvent first(field, 0), second(field, 1);
  CHECK(field.uffd.barrier() == Barrier::events);
  first.read_it();
  second.read_it();
  CHECK(field.uffd.barrier() == Barrier::quiet);
}

TEST_CASE("barrier: gone when the target's memory is gone") {
  NEEDS(without_privilege());
  Victim killed, replaced;
  auto of_killed = killed.uffd(), of_replaced = replaced.uffd();
  CHECK(of_killed.barrier() == Barrier::quiet);
  killed.kill();
  replaced.exec();
  CHECK(of_killed.barrier() == Barrier::gone);
  CHECK(of_replaced.barrier() == Barrier::gone);
}

TEST_CASE("barrier: it changes no page, wherever memory is registered") {
  // The lowest page that may be mapped is where a barrier might be tempted to ask.
  void* low = ::mmap(reinterpret_cast<void*>(0x10000), 16 * page_size(), kReadWrite,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  NEEDS(low == MAP_FAILED ? "the lowest pages can't be mapped" : "");
  Field field(Mapping::of(low, 16 * page_size()), kMissing);
  CHECK(field.uffd.barrier() == Barrier::quiet);
  Touch touch(field.uffd, field.at(0), How::read);
  CHECK(next_message(field.uffd));  // still missing: the barrier put nothing there
}
