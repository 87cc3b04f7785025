// The kernel's own type information (Documentation/bpf/btf.rst), as far as loading an iterator
// needs it.
#pragma once
#include <cstdint>
#include <string>

namespace uffdscope {

/// The BTF id of a function; 0 where it is not there or the text is broken.
uint32_t btf_function_id(const std::string& btf, const std::string& name);

}  // namespace uffdscope
