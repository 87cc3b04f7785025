// Forked children that we alone can serve: reading the message of a fork gave uffdscope the one
// descriptor of the child's userfaultfd. Were the last copy closed, the child's missing pages would
// silently read zeros. So the keeper has a copy of each, and stays behind with them when uffdscope
// is gone, until the child's memory has ended.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "keeper/protocol.h"
#include "kernel/userfaultfd.h"

namespace uffdscope {

class Wards {
 public:
  void take(UniqueFd uffd);
  /// What their faults get once we stay behind.
  void answer_with(WardAnswer answer) { answer_ = answer; }
  WardAnswer answer() const { return answer_; }
  /// How many live; forgets those whose memory is gone.
  size_t count();
  int64_t due() const { return wards_.empty() ? INT64_MAX : due_; }
  void look(int64_t now);
  /// Serves until the last is gone. Where the answer is to hold, faults stay unread: they wait for
  /// whoever attaches next, who finds nobody reading.
  void stay();

 private:
  struct Ward {
    Userfaultfd uffd;
    std::vector<uint64_t> owed;  // pages of faults that were read and could not be answered yet
  };
  void read_all(Ward& ward, std::vector<UniqueFd>& born);
  bool answer_fault(const Userfaultfd& uffd, uint64_t flags, uint64_t address);
  int try_page(const Userfaultfd& uffd, uint64_t flags, uint64_t page, uint64_t length);
  void give_back(Ward& ward);
  void tend(std::vector<UniqueFd>& born);
  void wait(int64_t until);
  bool answers() const { return answer_.what != WardAnswer::What::hold; }

  std::vector<Ward> wards_;
  WardAnswer answer_;
  std::vector<uint8_t> bytes_;  // of a page to copy, all of them answer_.byte
  int64_t due_ = 0;
};

}  // namespace uffdscope
