#include "touch.h"

#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

#include <mutex>

#include "eventually.h"
#include "kernel/page_size.h"

namespace native_test {
namespace {

thread_local sigjmp_buf* landing = nullptr;

void jump_out(int signal) {
  if (landing) siglongjmp(*landing, signal);
  ::signal(signal, SIG_DFL);  // not ours: let it end the program as it would have
}

/// While any access runs, SIGBUS and SIGSEGV of its thread end the access and not the program.
class Guard {
 public:
  Guard() {
    std::lock_guard lock(mutex_);
    if (users_++ > 0) return;
    struct sigaction action {};
    action.sa_handler = jump_out;
    action.sa_flags = SA_NODEFER;
    ::sigaction(SIGBUS, &action, &bus_);
    ::sigaction(SIGSEGV, &action, &segv_);
  }
  ~Guard() {
    std::lock_guard lock(mutex_);
    if (--users_ > 0) return;
    ::sigaction(SIGBUS, &bus_, nullptr);
    ::sigaction(SIGSEGV, &segv_, nullptr);
  }

 private:
  static inline std::mutex mutex_;
  static inline int users_ = 0;
  static inline struct sigaction bus_, segv_;
};

/// One access; returns the signal that it got.
__attribute__((noinline)) int access_byte(uint64_t address, How how, uint8_t& value) {
  Guard guard;
  sigjmp_buf here;
  landing = &here;
  int signal = sigsetjmp(here, 1);
  if (signal == 0) {
    auto* at = reinterpret_cast<volatile uint8_t*>(address);
    if (how == How::write) {
      *at = value;
    } else {
      value = *at;
    }
  }
  landing = nullptr;
  return signal;
}

}  // namespace

Touch::Touch(const uffdscope::Userfaultfd& uffd, uint64_t address, How how, uint8_t value)
    : uffd_(uffd), address_(address), value_(value) {
  thread_ = std::thread([this, how] {
    tid_ = ::gettid();
    signal_ = access_byte(address_, how, value_);
    over_ = true;
  });
}

Touch::~Touch() {
  uint64_t page = address_ & ~(uffdscope::page_size() - 1);
  while (!over_) {
    (void)uffd_.unregister_range(page, uffdscope::page_size());
    (void)uffd_.wake(page, uffdscope::page_size());
    ::usleep(1000);
  }
  thread_.join();
}

bool Touch::ends() {
  return eventually([this] { return over(); });
}

int look_at(uint64_t address) {
  uint8_t value = 0;
  int signal = access_byte(address, How::read, value);
  return signal ? -signal : value;
}

}  // namespace native_test
