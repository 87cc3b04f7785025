// One uffd that we take part in: what is known of it without reading it.
#include "engine/monitor.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include "support/eventually.h"
#include "support/field.h"
#include "support/queued_event.h"
#include "support/touch.h"

using namespace native_test;
using namespace uffdscope;

TEST_CASE("monitor: unread faults are counted by fdinfo, events are not, and nothing is consumed") {
  Field field(Memory::anonymous, 4, abi::kModeMissing, abi::kFeatEventRemove);
  Monitor m;
  std::string path = "/proc/self/fdinfo/" + std::to_string(field.uffd.fd());
  m.fdinfo.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(m.fdinfo);
  CHECK(unread_faults(m) == 0);
  Touch first(field.uffd, field.at(0), How::read), second(field.uffd, field.at(1), How::read);
  CHECK(eventually([&] { return unread_faults(m) == 2; }));
  {
    QueuedEvent event(field, 3);
    CHECK(unread_faults(m) == 2);
    REQUIRE(next_message(field.uffd));
    CHECK(unread_faults(m) == 1);
  }
  CHECK(field.uffd.zeropage(field.at(0), 2 * page_size()).complete());
  CHECK(unread_faults(m) == 0);
}

TEST_CASE("monitor: without its fdinfo the count is unknown") {
  Monitor m;
  CHECK(unread_faults(m) == -1);
  m.fdinfo.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK(unread_faults(m) == -1);
}

TEST_CASE("monitor: events belong to an owner that lives, unless they were taken over") {
  Monitor m;
  for (auto handler : {HandlerState::living, HandlerState::frozen}) {
    m.handler = handler;
    m.features = abi::kFeatThreadId;
    CHECK_FALSE(m.events_are_the_owners(false));
    m.features |= abi::kFeatEventRemove;
    CHECK(m.events_are_the_owners(false));
    CHECK_FALSE(m.events_are_the_owners(true));
  }
  m.handler = HandlerState::none;
  CHECK_FALSE(m.events_are_the_owners(false));
}

TEST_CASE("monitor: it is read only while armed and alive") {
  Monitor m;
  CHECK_FALSE(m.reads());
  m.stance = Stance::armed;
  CHECK(m.reads());
  m.gone = true;
  CHECK_FALSE(m.reads());
}
