// The datagrams between uffdscope and its keeper (protocol.h), from the keeper's end.
#pragma once
#include <cstddef>
#include <deque>
#include <optional>

#include "keeper/protocol.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

class Channel {
 public:
  explicit Channel(UniqueFd fd) : fd_(std::move(fd)) {}
  int fd() const { return fd_.get(); }

  struct Heard {
    KeeperMessage message{};
    UniqueFd fd;  // what came along
  };
  /// The next message, if one waits. Anything of the wrong size is passed over.
  std::optional<Heard> hear();
  bool closed() const { return closed_; }

  /// Never blocks: what the other end does not take now is kept and sent by flush().
  void say(const KeeperMessage& message);
  void flush();
  /// Tells the other end that nothing more will come.
  void close() { fd_.reset(); }
  bool backlog() const { return !unsent_.empty(); }

 private:
  bool send_now(const KeeperMessage& message);
  UniqueFd fd_;
  std::deque<KeeperMessage> unsent_;
  bool closed_ = false;
};

}  // namespace uffdscope
