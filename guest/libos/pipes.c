/* pipes.c: pipes, which a program has with itself. */
#include <linux/signal.h>

#include "opened.h"

long pipe_read(struct opened *end, char *to, size_t size) {
  struct pipe *pipe = end->pipe;
  uint64_t left = pipe_bytes(pipe);
  if (left == 0 && size > 0) {
    if (pipe->writers == 0) {
      return 0;
    }
    return end->flags & O_NONBLOCK ? -EAGAIN : libos_stuck("read from an empty pipe");
  }
  size = size < left ? size : left;
  memcpy(to, pipe->content->data + pipe->taken, size);
  pipe->taken += size;
  if (pipe->taken == pipe->content->size) {
    pipe->taken = pipe->content->size = 0;
  }
  return (long)size;
}

long pipe_write(struct opened *end, const char *from, size_t size) {
  struct pipe *pipe = end->pipe;
  if (pipe->readers == 0) {
    libos_raise(SIGPIPE);
    return -EPIPE;
  }
  uint64_t room = PIPE_BYTES - pipe_bytes(pipe);
  if (size > room) {
    if ((end->flags & O_NONBLOCK) == 0) {
      return libos_stuck("write to a full pipe");
    }
    if (room == 0 || size <= PAGE) {
      return -EAGAIN;
    }
    size = room;
  }
  if (pipe->taken > 0) {
    memmove(pipe->content->data, pipe->content->data + pipe->taken, pipe_bytes(pipe));
    pipe->content->size -= pipe->taken;
    pipe->taken = 0;
  }
  int error = file_write_at(pipe->content, pipe->content->size, from, size);
  return error != 0 ? -ENOMEM : (long)size;
}

void pipe_release(const struct opened *end) {
  struct pipe *pipe = end->pipe;
  --*(may_read(end) ? &pipe->readers : &pipe->writers);
  if (pipe->readers + pipe->writers == 0) {
    pipe->content->opens = 0;
    file_drop(pipe->content);
  }
}

long call_pipe2(int *numbers, int flags) {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) != 0) {
    return -EINVAL;
  }
  if (!memory_writable(numbers, 2 * sizeof *numbers)) {
    return -EFAULT;
  }
  struct pipe *pipe = pappus_try_alloc(sizeof *pipe, 8);
  if (pipe == NULL) {
    return -ENOMEM;
  }
  *pipe = (struct pipe){.content = file_new(NODE_FILE), .readers = 1, .writers = 1};
  pipe->content->opens = 1;
  bool close_on_exec = (flags & O_CLOEXEC) != 0;
  struct opened end = {.kind = OPEN_PIPE, .flags = flags & O_NONBLOCK, .pipe = pipe};
  long read_number = open_as(end, close_on_exec);
  end.flags |= O_WRONLY;
  long write_number = read_number < 0 ? read_number : open_as(end, close_on_exec);
  if (write_number < 0) {
    pipe->writers = 0;
    call_close((int)read_number);
    return write_number;
  }
  numbers[0] = (int)read_number;
  numbers[1] = (int)write_number;
  return 0;
}

long call_pipe(int *numbers) {
  return call_pipe2(numbers, 0);
}
