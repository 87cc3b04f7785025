#include "kernel/maps.h"

#include "kernel/procfs.h"

namespace uffdscope {

namespace {

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool is_prot(std::string_view text) {
  return text.size() == 4 && (text[0] == 'r' || text[0] == '-') &&
         (text[1] == 'w' || text[1] == '-') && (text[2] == 'x' || text[2] == '-') &&
         (text[3] == 'p' || text[3] == 's');
}

}  // namespace

std::optional<Mapping> parse_maps_line(std::string_view line) {
  Mapping map;
  auto start = take_number(line, 16);
  if (!start || !take(line, '-')) return std::nullopt;
  auto end = take_number(line, 16);
  if (!end || !take(line, ' ') || *end < *start || !is_prot(line.substr(0, 4))) return std::nullopt;
  map.start = *start;
  map.end = *end;
  map.prot = line.substr(0, 4);
  line.remove_prefix(4);
  if (!take(line, ' ')) return std::nullopt;
  auto offset = take_number(line, 16);
  if (!offset || !take(line, ' ')) return std::nullopt;
  auto major = take_number(line, 16);
  if (!major || !take(line, ':')) return std::nullopt;
  auto minor = take_number(line, 16);
  if (!minor || !take(line, ' ')) return std::nullopt;
  auto inode = take_number(line);
  if (!inode) return std::nullopt;
  map.offset = *offset;
  map.dev_major = static_cast<uint32_t>(*major);
  map.dev_minor = static_cast<uint32_t>(*minor);
  map.inode = *inode;
  skip_blanks(line);
  map.path = line;
  return map;
}

std::vector<Mapping> parse_maps(std::string_view text) {
  std::vector<Mapping> maps;
  while (!text.empty())
    if (auto map = parse_maps_line(take_line(text))) maps.push_back(std::move(*map));
  return maps;
}

Result<std::vector<Mapping>> read_maps(int proc_fd, const std::string& task) {
  // 65,530 mappings of 4 KiB paths is the kernel's own limit by default.
  auto text = read_proc_file(proc_fd, (task + "/maps").c_str(), size_t{512} << 20);
  if (!text) return std::unexpected(text.error());
  return parse_maps(*text);
}

}  // namespace uffdscope
