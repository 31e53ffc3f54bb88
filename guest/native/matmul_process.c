/* matmul_process.c: the kernel of matmul_n as an ordinary program, for the launcher to start. */
#include "answer.h"
#include <stdlib.h>

int main(int count, char **arguments) {
  size_t n = count < 2 ? 0 : strtoul(arguments[1], NULL, 10);
  int64_t *room = calloc(1, room_bytes(n));
  return room != NULL && answer(n, room, 0, 1) ? 0 : 1;
}
