// The journal as the survivor reads it.
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>

#include "keeper/journal_view.h"
#include "kernel/abi.h"

using namespace uffdscope;

namespace {

RawMessage fault(uint64_t address) { return {{abi::kEventPagefault, 0, address, 0}}; }

UniqueFd journal_file(uint32_t magic, uint32_t version, size_t size) {
  UniqueFd fd(::memfd_create("journal", MFD_CLOEXEC));
  uint32_t head[] = {magic, version};
  REQUIRE(::pwrite(fd.get(), head, sizeof head, 0) == sizeof head);
  REQUIRE(::ftruncate(fd.get(), static_cast<off_t>(size)) == 0);
  return fd;
}

}  // namespace

TEST_CASE("only a journal of this version and size is believed") {
  CHECK(JournalView::map(journal_file(kJournalMagic, kJournalVersion, sizeof(Journal))));
  CHECK_FALSE(JournalView::map(journal_file(kJournalMagic, kJournalVersion, sizeof(Journal) - 1)));
  CHECK_FALSE(JournalView::map(journal_file(kJournalMagic, kJournalVersion + 1, sizeof(Journal))));
  CHECK_FALSE(JournalView::map(journal_file(1, kJournalVersion, sizeof(Journal))));
}

TEST_CASE("the turn is taken once, and given back by the engine alone") {
  auto journal = std::make_unique<Journal>();
  JournalView view(*journal);
  CHECK_FALSE(view.keepers_turn());
  CHECK(view.take_turn());
  CHECK(view.keepers_turn());
  CHECK_FALSE(view.take_turn());
}

TEST_CASE("what is owed comes out oldest first, exactly by page, and only once") {
  auto journal = std::make_unique<Journal>();
  JournalView view(*journal);
  for (uint32_t monitor : {1u, 2u}) {
    journal->monitors[monitor].active = 1;
    journal->monitors[monitor].page_shift = 12;
  }
  auto slot = [&](size_t at, uint32_t monitor, uint64_t order, uint32_t shift, uint64_t address) {
    journal->slots[at].page_shift = shift;
    journal->slots[at].order = order;
    journal->slots[at].message = fault(address);
    journal->slots[at].monitor = monitor;
    journal->slots_high = std::max<uint64_t>(journal->slots_high, at + 1);
  };
  slot(0, 1, 30, 12, 0x7000123);
  slot(2, 2, 10, 21, 0x40212345);
  slot(9, 1, 20, 12, 0x5000fff);
  journal->monitors[1].landing[3] = fault(0x9000001);
  std::vector<OwedPage> owed = view.take_owed();
  REQUIRE(owed.size() == 4);
  CHECK(owed[0].start == 0x40200000);
  CHECK(owed[0].length == 0x200000);
  CHECK(owed[0].monitor == 2);
  CHECK(owed[1].start == 0x5000000);
  CHECK(owed[2].start == 0x7000000);
  CHECK(owed[3].start == 0x9000000);  // has just landed: younger than all in slots
  CHECK(owed[3].length == 0x1000);
  CHECK(view.take_owed().empty());
  CHECK(journal->slots[9].monitor == 0);
  CHECK(journal->monitors[1].landing[3].word[0] == 0);
}

TEST_CASE("nothing is woken for events, inactive monitors, free slots or impossible pages") {
  auto journal = std::make_unique<Journal>();
  JournalView view(*journal);
  journal->monitors[1].active = 1;
  journal->monitors[1].page_shift = 12;
  journal->monitors[1].landing[0] = {{abi::kEventRemove, 0x1000, 0x2000, 0}};
  journal->monitors[2].page_shift = 12;
  journal->monitors[2].landing[0] = fault(0x1000);  // not active
  journal->slots[0].message = fault(0x1000);        // free
  journal->slots[1].message = fault(0x1000);
  journal->slots[1].page_shift = 63;
  journal->slots[1].monitor = 1;
  journal->slots[2].message = fault(0x1000);
  journal->slots[2].page_shift = 12;
  journal->slots[2].monitor = kMaxMonitors + 1;
  journal->slots_high = ~0ull;  // beyond all slots
  CHECK(view.take_owed().empty());
}
