/* process.c: arguments, environment, the end, and what a function cannot do. */
#include <linux/errno.h>

#include "wasi.h"

uint32_t wasi_error(int error) {
  switch (error) {
    case 0:
      return E_SUCCESS;
    case EBUSY:
      return E_BUSY;
    case EFBIG:
      return E_FBIG;
    case EISDIR:
      return E_ISDIR;
    case ENAMETOOLONG:
      return E_NAMETOOLONG;
    case ENOENT:
      return E_NOENT;
    case ENOSPC:
      return E_NOSPC;
    case ENOTDIR:
      return E_NOTDIR;
    case ENOTEMPTY:
      return E_NOTEMPTY;
    case EROFS:
      return E_ROFS;
    default:
      return E_INVAL;
  }
}

static uint32_t sizes(wasi *instance, const file_words *words, uint32_t count, uint32_t size) {
  return wasi_store32(instance, count, words->count) && wasi_store32(instance, size, words->size)
             ? E_SUCCESS
             : E_FAULT;
}

/* Copies all words, and a pointer to each. */
static uint32_t copy(wasi *instance, const file_words *words, uint32_t pointers, uint32_t text) {
  if (wasi_at(instance, pointers, 4ull * words->count) == NULL ||
      !wasi_store(instance, text, words->text, words->size)) {
    return E_FAULT;
  }
  uint32_t at = 0;
  for (uint32_t i = 0; i < words->count; i++) {
    wasi_store32(instance, pointers + 4 * i, text + at);
    at += (uint32_t)strlen(words->text + at) + 1;
  }
  return E_SUCCESS;
}

WASI(args_sizes_get)(wasi *instance, uint32_t count, uint32_t size) {
  return sizes(instance, &file_arguments, count, size);
}

WASI(args_get)(wasi *instance, uint32_t pointers, uint32_t text) {
  return copy(instance, &file_arguments, pointers, text);
}

WASI(environ_sizes_get)(wasi *instance, uint32_t count, uint32_t size) {
  return sizes(instance, &file_environment, count, size);
}

WASI(environ_get)(wasi *instance, uint32_t pointers, uint32_t text) {
  return copy(instance, &file_environment, pointers, text);
}

void Z_wasi_snapshot_preview1Z_proc_exit(wasi *instance, uint32_t code) {
  (void)instance;
  pappus_wasm_finish((int)code);
}

WASI(proc_raise)(wasi *instance, uint32_t signal) {
  (void)instance, (void)signal;
  return E_NOSYS;
}

WASI(sock_accept)(wasi *instance, uint32_t socket, uint32_t flags, uint32_t result) {
  (void)instance, (void)socket, (void)flags, (void)result;
  return E_NOTSUP;
}

WASI(sock_recv)(wasi *instance, uint32_t socket, uint32_t vectors, uint32_t count, uint32_t flags,
                uint32_t size, uint32_t result) {
  (void)instance, (void)socket, (void)vectors, (void)count, (void)flags, (void)size, (void)result;
  return E_NOTSUP;
}

WASI(sock_send)(wasi *instance, uint32_t socket, uint32_t vectors, uint32_t count, uint32_t flags,
                uint32_t size) {
  (void)instance, (void)socket, (void)vectors, (void)count, (void)flags, (void)size;
  return E_NOTSUP;
}

WASI(sock_shutdown)(wasi *instance, uint32_t socket, uint32_t how) {
  (void)instance, (void)socket, (void)how;
  return E_NOTSUP;
}
