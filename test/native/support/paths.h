// Where the programs are that were built together with the tests.
#pragma once
#include <string>

namespace native_test {

/// A program beside this one ("victim", "uffdscope-keeper").
std::string beside_us(const std::string& name);

}  // namespace native_test
