#include "kernel/proc_events.h"

#include <arpa/inet.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace uffdscope {
namespace {

// A netlink header, the connector's, and the event.
constexpr size_t kEventAt = NLMSG_HDRLEN + sizeof(cn_msg);

// struct proc_event as far as we need it; its names differ between headers before and after 6.5.
struct BirthEvent {
  uint32_t what;
  uint32_t cpu;
  uint64_t timestamp_ns;
  int32_t parent_pid, parent_tgid, child_pid, child_tgid;
};
static_assert(sizeof(BirthEvent) == 32);
constexpr uint32_t kBirth = 1;  // PROC_EVENT_FORK

// Wakes us for births alone: the machine's exits, execs and names are none of our affair. The words
// of a filter are in network order, those of the event in the machine's.
bool hear_births_only(int fd) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kEventAt + offsetof(BirthEvent, what)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(kBirth), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  sock_fprog filter{sizeof program / sizeof *program, program};
  return ::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

bool ask(int fd, proc_cn_mcast_op what) {
  alignas(nlmsghdr) char bytes[NLMSG_SPACE(sizeof(cn_msg) + sizeof what)] = {};
  nlmsghdr header{};
  header.nlmsg_len = NLMSG_LENGTH(sizeof(cn_msg) + sizeof what);
  header.nlmsg_type = NLMSG_DONE;
  cn_msg message{};
  message.id = {CN_IDX_PROC, CN_VAL_PROC};
  message.len = sizeof what;
  std::memcpy(bytes, &header, sizeof header);
  std::memcpy(bytes + NLMSG_HDRLEN, &message, sizeof message);
  std::memcpy(bytes + NLMSG_HDRLEN + sizeof message, &what, sizeof what);
  return ::send(fd, bytes, header.nlmsg_len, 0) == static_cast<ssize_t>(header.nlmsg_len);
}

}  // namespace

Result<ProcEvents> ProcEvents::open() {
  ProcEvents events;
  events.socket_ =
      UniqueFd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR));
  if (!events.socket_) return std::unexpected(KernelError{"socket(NETLINK_CONNECTOR)", errno});
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = CN_IDX_PROC;
  if (::bind(events.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return std::unexpected(KernelError{"bind(CN_IDX_PROC)", errno});
  if (!hear_births_only(events.fd()))
    return std::unexpected(KernelError{"setsockopt(SO_ATTACH_FILTER)", errno});
  if (!ask(events.fd(), PROC_CN_MCAST_LISTEN))
    return std::unexpected(KernelError{"send(PROC_CN_MCAST_LISTEN)", errno});
  return events;
}

// Before 6.6 the kernel counts listeners by what they say, not by their sockets.
ProcEvents::~ProcEvents() {
  if (socket_) ask(fd(), PROC_CN_MCAST_IGNORE);
}

std::vector<Newborn> ProcEvents::hear(bool& lost) {
  std::vector<Newborn> born;
  alignas(nlmsghdr) char bytes[512];
  for (;;) {
    sockaddr_nl from{};
    socklen_t length = sizeof from;
    ssize_t got =
        ::recvfrom(fd(), bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (got < 0 && errno == ENOBUFS) lost = true;
    if (got < 0 && (errno == ENOBUFS || errno == EINTR)) continue;
    if (got < 0) return born;
    // Only the kernel, whose port is 0, tells the truth here.
    if (from.nl_pid != 0 || static_cast<size_t>(got) < kEventAt + sizeof(BirthEvent)) continue;
    BirthEvent event;
    std::memcpy(&event, bytes + kEventAt, sizeof event);
    born.push_back({event.parent_tgid, event.child_tgid, event.child_pid});
  }
}

}  // namespace uffdscope
