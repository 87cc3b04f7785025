#include "engine/recording/record_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "engine/recording/crc32c.h"

namespace uffdscope::recording {
namespace {

std::unexpected<KernelError> failed(const char* call, int err = errno) {
  return std::unexpected(KernelError{call, err});
}

/// Started by sudo, files are the real user's.
struct Owner {
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
};
Owner real_owner() {
  const char* uid = std::getenv("SUDO_UID");
  const char* gid = std::getenv("SUDO_GID");
  if (::geteuid() != 0 || !uid || !gid) return {};
  return {static_cast<uid_t>(std::strtoul(uid, nullptr, 10)),
          static_cast<gid_t>(std::strtoul(gid, nullptr, 10))};
}

/// 0, or why the file under this name must be left alone. `empty` is what an open(2) elsewhere
/// made.
int against(int folder, const std::string& name) {
  UniqueFd fd(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return errno == ENOENT ? 0 : errno;
  struct stat st;
  if (::fstat(fd.get(), &st) != 0) return errno;
  const Owner owner = real_owner();
  const bool ours = st.st_uid == ::geteuid() || st.st_uid == owner.uid;
  if (!S_ISREG(st.st_mode) || !ours || st.st_nlink != 1) return EEXIST;
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return EBUSY;  // by create() below, in another run
  char magic[sizeof kMagic];
  const ssize_t n = ::read(fd.get(), magic, sizeof magic);
  const bool recording = n == sizeof magic && std::memcmp(magic, kMagic, sizeof magic) == 0;
  return recording || st.st_size == 0 ? 0 : EEXIST;
}

}  // namespace

std::string RecordFile::name(uint32_t back) const {
  return back == 0 ? base_ : base_ + "." + std::to_string(back);
}

Result<void> RecordFile::open(FileOptions options) {
  options_ = std::move(options);
  const auto slash = options_.path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : options_.path.substr(0, slash + 1);
  base_ = slash == std::string::npos ? options_.path : options_.path.substr(slash + 1);
  if (base_.empty()) return failed("open", EISDIR);
  // Held open: whoever moves the folder afterwards does not move what we write to.
  folder_.reset(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder_) return failed("open");
  if (::getrandom(&id_, sizeof id_, 0) != sizeof id_) return failed("getrandom");
  for (uint32_t back = 0; back < kParts; ++back)
    if (int err = against(folder_.get(), name(back))) return failed("open", err);
  // What an earlier recording left under these names would be taken for parts of this one.
  for (uint32_t back = 0; back < kParts; ++back) ::unlinkat(folder_.get(), name(back).c_str(), 0);
  return create();
}

Result<void> RecordFile::create() {
  fd_.reset(::openat(folder_.get(), base_.c_str(),
                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd_) return failed("open");
  (void)::flock(fd_.get(), LOCK_EX | LOCK_NB);  // where a file system has no locks it is not kept
  if (const Owner owner = real_owner(); owner.uid != static_cast<uid_t>(-1)) {
    if (::fchown(fd_.get(), owner.uid, owner.gid) != 0) return failed("fchown");
  }
  FileHeader h{};
  std::memcpy(h.magic, kMagic, sizeof h.magic);
  h.version = kVersion;
  h.bytes = sizeof h;
  h.id = id_;
  h.part = part_;
  h.began = options_.began;
  h.dropped = dropped();
  h.crc = crc32c(&h, offsetof(FileHeader, crc));
  at_ = 0;
  block_ = 0;
  faults_ = 0;
  return write_all({reinterpret_cast<const uint8_t*>(&h), sizeof h});
}

bool RecordFile::full(size_t more) const {
  return options_.max_bytes != 0 && block_ > 1 &&
         at_ + sizeof(BlockHeader) + more > options_.max_bytes / kParts;
}

Result<void> RecordFile::rotate() {
  older_.push_front({at_, faults_});
  if (older_.size() == kParts) {
    bytes_.store(bytes() - older_.back().bytes, std::memory_order_relaxed);
    dropped_.store(dropped() + older_.back().faults, std::memory_order_relaxed);
    older_.pop_back();
  }
  // The oldest is overwritten by the one before it.
  for (auto back = static_cast<uint32_t>(older_.size()); back > 0; --back) {
    if (::renameat(folder_.get(), name(back - 1).c_str(), folder_.get(), name(back).c_str()) != 0)
      return failed("rename");
  }
  ++part_;
  files_.store(static_cast<uint32_t>(older_.size()) + 1, std::memory_order_relaxed);
  return create();
}

Result<void> RecordFile::put(BlockType type, std::span<const uint8_t> payload, uint32_t items,
                             uint64_t faults) {
  BlockHeader h{kBlockMagic, type, static_cast<uint32_t>(payload.size()), items, block_, 0, 0};
  h.crc = crc32c(payload.data(), payload.size(), crc32c(&h, offsetof(BlockHeader, crc)));
  const size_t padded = (payload.size() + 7) & ~size_t{7};
  buffer_.assign(sizeof h + padded, 0);
  std::memcpy(buffer_.data(), &h, sizeof h);
  if (!payload.empty()) std::memcpy(buffer_.data() + sizeof h, payload.data(), payload.size());
  const uint64_t before = at_;
  if (auto done = write_all(buffer_); !done) {
    // Whole blocks are left, so that nothing has to be dropped by who reads it.
    if (::ftruncate(fd_.get(), static_cast<off_t>(before)) == 0) at_ = before;
    return done;
  }
  ++block_;
  faults_ += faults;
  return {};
}

Result<void> RecordFile::write_all(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return failed("write", n == 0 ? EIO : errno);
    at_ += static_cast<uint64_t>(n);
    bytes_.store(this->bytes() + static_cast<uint64_t>(n), std::memory_order_relaxed);
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return {};
}

}  // namespace uffdscope::recording
