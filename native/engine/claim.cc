#include "engine/claim.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>

namespace uffdscope {
namespace {

pid_t listener(const sockaddr_un& address, socklen_t length) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ucred who{};
  socklen_t size = sizeof who;
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0 ||
      ::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 || who.pid <= 0)
    return -1;
  return who.pid;
}

}  // namespace

pid_t Claim::take(uint64_t ino) {
  if (socket_) return 0;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // The first byte stays zero: abstract.
  const int n = std::snprintf(address.sun_path + 1, sizeof address.sun_path - 1,
                              "uffdscope/takes-part/%llu", static_cast<unsigned long long>(ino));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + n);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return 0;  // no descriptor left: the courtesy is not worth a refusal
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0)
    return errno == EADDRINUSE ? listener(address, length) : 0;
  ::listen(fd.get(), SOMAXCONN);  // whoever asked who we are stays in the queue: none is accepted
  socket_ = std::move(fd);
  return 0;
}

}  // namespace uffdscope
