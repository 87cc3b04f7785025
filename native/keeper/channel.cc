#include "keeper/channel.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace uffdscope {
namespace {

// A stopped engine reads nothing, while handlers may come and go: past this the oldest are dropped.
constexpr size_t kMostUnsent = 4096;

}  // namespace

std::optional<Channel::Heard> Channel::hear() {
  while (!closed_) {
    Heard heard;
    iovec io{&heard.message, sizeof heard.message};
    alignas(cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))];
    msghdr header{};
    header.msg_iov = &io;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    ssize_t got = ::recvmsg(fd_.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return std::nullopt;
    if (got <= 0) {
      closed_ = true;
      return std::nullopt;
    }
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
      if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
      size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (size_t i = 0; i < count; i++) {
        int fd;
        std::memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
        heard.fd.reset(fd);  // one is agreed on; a further one closes the one before
      }
    }
    if (got == sizeof heard.message && !(header.msg_flags & MSG_TRUNC)) return heard;
  }
  return std::nullopt;
}

bool Channel::send_now(const KeeperMessage& message) {
  ssize_t sent = ::send(fd_.get(), &message, sizeof message, MSG_DONTWAIT | MSG_NOSIGNAL);
  // A closed channel shows at the next hear(); what can't be delivered then is nobody's loss.
  return sent >= 0 || (errno != EAGAIN && errno != ENOBUFS);
}

void Channel::say(const KeeperMessage& message) {
  if (unsent_.empty() && send_now(message)) return;
  unsent_.push_back(message);
  if (unsent_.size() > kMostUnsent) unsent_.pop_front();
}

void Channel::flush() {
  while (!unsent_.empty() && send_now(unsent_.front())) unsent_.pop_front();
}

}  // namespace uffdscope
