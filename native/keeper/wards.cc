#include "keeper/wards.h"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "engine/clock.h"
#include "kernel/page_size.h"

namespace uffdscope {
namespace {

constexpr int64_t kLook = kSecond;       // while uffdscope serves them
constexpr int64_t kTend = 100 * kMilli;  // while we do
constexpr uint64_t kHugePage = 2ull
                               << 20;  // the kernel does not say whose page it is: both are tried

bool ended(const Userfaultfd& uffd) { return uffd.barrier() == Userfaultfd::Barrier::gone; }

}  // namespace

void Wards::take(UniqueFd uffd) {
  wards_.push_back({Userfaultfd(std::move(uffd)), {}});
  if (wards_.size() == 1) due_ = now_ns() + kLook;
}

size_t Wards::count() {
  std::erase_if(wards_, [](const Ward& ward) { return ended(ward.uffd); });
  return wards_.size();
}

void Wards::look(int64_t now) {
  (void)count();
  due_ = now + kLook;
}

/// One ioctl for a page of this size; its errno, 0: done.
int Wards::try_page(const Userfaultfd& uffd, uint64_t flags, uint64_t page, uint64_t length) {
  if (answer_.what == WardAnswer::What::poison) return uffd.poison(page, length).err;
  if (flags & abi::kFaultWp) return uffd.writeprotect(page, length, 0).err;
  if (flags & abi::kFaultMinor) return uffd.continue_range(page, length).err;
  if (answer_.byte == 0 && length == page_size()) return uffd.zeropage(page, length).err;
  if (bytes_.size() < length || bytes_[0] != answer_.byte) bytes_.assign(length, answer_.byte);
  return uffd.copy(page, bytes_.data(), length).err;
}

/// False: its thread still waits for us.
bool Wards::answer_fault(const Userfaultfd& uffd, uint64_t flags, uint64_t address) {
  if (!answers()) return false;
  for (uint64_t length : {page_size(), kHugePage}) {
    const uint64_t page = address & ~(length - 1);
    int err = try_page(uffd, flags, page, length);
    if (err == EINVAL && length != kHugePage) continue;
    if (err == 0 || err == ESRCH) return true;
    // There already, or the range went: the thread finds out itself. Anything else may pass.
    return (err == EEXIST || err == ENOENT) && uffd.wake(page, length).has_value();
  }
  return false;
}

void Wards::read_all(Ward& ward, std::vector<UniqueFd>& born) {
  abi::Message message;
  for (;;) {
    auto n = ward.uffd.read(&message, 1, true);
    if (!n || *n != 1) return;
    if (message.event == abi::kEventFork) {
      born.emplace_back(static_cast<int>(message.arg.fork.ufd));
    } else if (message.event == abi::kEventPagefault) {
      const auto& fault = message.arg.pagefault;
      if (!answer_fault(ward.uffd, fault.flags, fault.address))
        ward.owed.push_back(fault.address & ~(page_size() - 1));
    }
  }
}

/// They fault again, and the messages return to the queue.
void Wards::give_back(Ward& ward) {
  for (uint64_t page : ward.owed) {
    if (!ward.uffd.wake(page, page_size()))
      (void)ward.uffd.wake(page & ~(kHugePage - 1), kHugePage);
  }
  ward.owed.clear();
}

void Wards::tend(std::vector<UniqueFd>& born) {
  for (Ward& ward : wards_) {
    // Who forks, remaps or unmaps waits for its message to be read. Faults stand before it.
    if (ward.uffd.barrier() == Userfaultfd::Barrier::events) read_all(ward, born);
    give_back(ward);
  }
  (void)count();
}

void Wards::wait(int64_t until) {
  std::vector<pollfd> fds;
  if (answers())
    for (const Ward& ward : wards_) fds.push_back({ward.uffd.fd(), POLLIN, 0});
  const int64_t left = std::max<int64_t>(0, until - now_ns());
  timespec timeout{left / kSecond, left % kSecond};
  ::ppoll(fds.data(), fds.size(), &timeout, nullptr);
}

void Wards::stay() {
  // Nobody else has them now, so the flag is ours to set: without it they can't be polled.
  auto serve = [](const Userfaultfd& uffd) {
    ::fcntl(uffd.fd(), F_SETFL, ::fcntl(uffd.fd(), F_GETFL) | O_NONBLOCK);
  };
  for (const Ward& ward : wards_) serve(ward.uffd);
  int64_t next = 0;
  while (!wards_.empty()) {
    std::vector<UniqueFd> born;
    if (int64_t now = now_ns(); now >= next) {
      next = now + kTend;
      tend(born);
    }
    if (answers())
      for (Ward& ward : wards_) read_all(ward, born);
    for (UniqueFd& child : born) {
      take(std::move(child));
      serve(wards_.back().uffd);
      next = 0;
    }
    if (!wards_.empty()) wait(next);
  }
}

}  // namespace uffdscope
