// uffdscope-keeper CHANNEL_FD JOURNAL_FD PARENT_PID
// Started by uffdscope before the first change to a target. Exit: 0 all was given back, 2 started
// wrongly, 3 the journal or the parent is not what it should be.
#include <charconv>
#include <cstring>
#include <utility>

#include "keeper/keeper.h"
#include "keeper/start_up.h"

namespace {

bool read_number(const char* text, int& into) {
  auto [end, error] = std::from_chars(text, text + std::strlen(text), into);
  return error == std::errc() && *end == '\0' && into >= 0;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace uffdscope;
  int channel = -1, journal = -1, parent = -1;
  if (argc < 4 || !read_number(argv[1], channel) || !read_number(argv[2], journal) ||
      !read_number(argv[3], parent) || channel == journal)
    return 2;
  stand_apart(channel, journal);
  UniqueFd child_signal = child_signal_fd();
  auto view = JournalView::map(UniqueFd(journal));
  auto watch = ParentWatch::open(parent);
  if (!view || !watch || !child_signal) return 3;
  Keeper keeper(Channel(UniqueFd(channel)), *view, std::move(*watch), std::move(child_signal));
  keeper.run();
  return 0;
}
