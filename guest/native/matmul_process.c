/* matmul_process.c: the kernel of matmul_n as an ordinary program, for the launcher to start. */
#include "../examples/kernels.h"
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **arguments) {
  size_t n = count < 2 ? 0 : strtoul(arguments[1], NULL, 10);
  int64_t *room = calloc(3 * n * n + 1, sizeof *room);
  if (room == NULL) return 1;
  uint64_t checksum = matmul_checksum(n, room);
  return write(1, &checksum, sizeof checksum) == sizeof checksum ? 0 : 1;
}
