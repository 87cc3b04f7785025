#include "less_privilege.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

namespace native_test {

// The plain system calls change one thread; only the C library's wrappers change them all.
void without_capabilities(const std::function<void()>& action) {
  std::thread([&] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[2] = {};
    ::syscall(SYS_capset, &header, none);
    action();
  }).join();
}

void as_nobody(const std::function<void()>& action) {
  std::thread([&] {
    ::syscall(SYS_setresgid, 65534, 65534, 65534);
    ::syscall(SYS_setresuid, 65534, 65534, 65534);
    action();
  }).join();
}

}  // namespace native_test
