// Runs something in a thread that has given up its privileges; the rest of the process keeps them.
#pragma once
#include <functional>

namespace native_test {

/// No capabilities (effective set), same user.
void without_capabilities(const std::function<void()>& action);
/// User and group nobody, and so no capabilities.
void as_nobody(const std::function<void()>& action);

}  // namespace native_test
