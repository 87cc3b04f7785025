// Which processes hold a uffd, and under which descriptor numbers. The identity of a uffd is its
// fdinfo `ino`, equal in every copy.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <vector>

namespace uffdscope {

class Holders {
 public:
  /// These hold copies by trade and never read: the keeper itself, whom it keeps for, and the
  /// processes of that one's scripts.
  Holders(pid_t self, pid_t parent) : self_(self), parent_(parent) {}

  struct Holder {
    pid_t pid = 0;
    std::vector<int> fds;
  };
  std::vector<Holder> of(uint64_t ino) const;
  /// The descriptors under which a process holds it; null: none.
  const std::vector<int>* fds_of(pid_t pid, uint64_t ino) const;

  /// Every process, unless that was done since `not_before`. Some 4 us a descriptor: 0.1 s on a
  /// machine with 35,000 of them.
  void look_at_all(int64_t not_before);
  /// The known descriptors again, and some processes of all in turn.
  void look_at_some(size_t processes);
  void look_at(pid_t pid);

 private:
  void forget_closed();
  pid_t self_, parent_;
  std::map<pid_t, std::map<uint64_t, std::vector<int>>> held_;  // process -> ino -> descriptors
  int64_t looked_at_all_ = 0;
  std::vector<pid_t> turn_;  // processes still to be looked at in this round
};

}  // namespace uffdscope
