#include "kernel/btf.h"

#include <linux/btf.h>

#include <cstring>

namespace uffdscope {

namespace {

/// Bytes that follow struct btf_type, by kind.
size_t tail(uint32_t kind, uint32_t count) {
  switch (kind) {
    case BTF_KIND_INT:
    case BTF_KIND_VAR:
    case 17:  // BTF_KIND_DECL_TAG
      return 4;
    case BTF_KIND_ARRAY:
      return sizeof(btf_array);
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      return sizeof(btf_member) * count;
    case BTF_KIND_ENUM:
    case BTF_KIND_FUNC_PROTO:
      return 8ul * count;
    case BTF_KIND_DATASEC:
    case 19:  // BTF_KIND_ENUM64
      return 12ul * count;
    default:
      return 0;
  }
}

}  // namespace

uint32_t btf_function_id(const std::string& btf, const std::string& name) {
  btf_header header;
  if (btf.size() < sizeof header) return 0;
  std::memcpy(&header, btf.data(), sizeof header);
  if (header.magic != BTF_MAGIC) return 0;
  uint64_t types = uint64_t{header.hdr_len} + header.type_off, end = types + header.type_len;
  uint64_t strings = uint64_t{header.hdr_len} + header.str_off;
  if (end > btf.size() || strings + header.str_len > btf.size()) return 0;
  uint32_t id = 1;
  for (uint64_t at = types; at + sizeof(btf_type) <= end; id++) {
    btf_type type;
    std::memcpy(&type, btf.data() + at, sizeof type);
    uint32_t kind = BTF_INFO_KIND(type.info);
    if (kind == BTF_KIND_FUNC && type.name_off < header.str_len &&
        btf.compare(strings + type.name_off, name.size() + 1, name.c_str(), name.size() + 1) == 0)
      return id;
    at += sizeof type + tail(kind, BTF_INFO_VLEN(type.info));
  }
  return 0;
}

}  // namespace uffdscope
