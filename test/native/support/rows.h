// The table of one ioctl: in this situation the call finishes so many bytes and gives this errno.
#pragma once
#include <doctest/doctest.h>
#include <string.h>

#include <cerrno>
#include <functional>
#include <string>
#include <vector>

#include "kernel/userfaultfd.h"

namespace native_test {

using uffdscope::Progress;

/// "EEXIST", or "0".
inline std::string name_of(int err) {
  const char* name = err ? ::strerrorname_np(err) : "0";
  return name ? name : std::to_string(err);
}

struct Row {
  const char* situation;
  int64_t done;  // bytes
  int err;
  std::function<Progress()> call;
};

inline void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(std::string(row.situation));
    Progress got = row.call();
    CHECK(name_of(got.err) == name_of(row.err));
    CHECK(got.done == row.done);
  }
}

/// The same for calls that give a value or an error.
template <class T>
Progress outcome(const uffdscope::Result<T>& result) {
  return result ? Progress{0, 0} : Progress{0, result.error().err};
}

}  // namespace native_test
