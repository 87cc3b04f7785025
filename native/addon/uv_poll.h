// The five functions of libuv that watch a descriptor in Node's own loop. Node exports them and
// keeps them as they are for all of libuv 1, but its header is not among those that npm brings.
#pragma once
#include <cstddef>

extern "C" {
struct uv_loop_s;
struct uv_handle_s;  // its first word is the user's data
size_t uv_handle_size(int type);
const char* uv_handle_type_name(int type);
int uv_poll_init(uv_loop_s* loop, uv_handle_s* handle, int fd);
int uv_poll_start(uv_handle_s* handle, int events, void (*on)(uv_handle_s*, int, int));
void uv_close(uv_handle_s* handle, void (*closed)(uv_handle_s*));
}

namespace uffdscope {
inline constexpr int kUvPoll = 8;      // UV_POLL; checked by its name at run time
inline constexpr int kUvReadable = 1;  // UV_READABLE
}  // namespace uffdscope
