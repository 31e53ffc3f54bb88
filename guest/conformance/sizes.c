/* sizes.c: lseek, ftruncate, truncate, fallocate, fsync and their like. */
#include "check.h"

static long size_of(const char *path) {
  struct stat state;
  return stat(path, &state) == 0 ? state.st_size : -2;
}

static void seeking(void) {
  put("file", "0123456789");
  SHOW(open("file", O_RDWR));
  SHOW(lseek(3, 4, SEEK_SET));
  SHOW(lseek(3, 2, SEEK_CUR));
  SHOW(lseek(3, -3, SEEK_CUR));
  SHOW(lseek(3, -100, SEEK_CUR));
  SHOW(lseek(3, -1, SEEK_SET));
  SHOW(lseek(3, -2, SEEK_END));
  SHOW(lseek(3, 5, SEEK_END));
  SHOW(lseek(3, 0, SEEK_CUR));
  SHOW(lseek(3, 0, 77));
  SHOW(lseek(99, 0, SEEK_SET));
  SHOW(lseek(3, INT64_MAX, SEEK_CUR));
  SHOW(lseek(3, 0, SEEK_DATA));
  SHOW(lseek(3, 3, SEEK_HOLE));
  SHOW(lseek(3, 10, SEEK_DATA));
  SHOW(lseek(3, 11, SEEK_HOLE));
  SHOW(lseek(3, -1, SEEK_DATA));
}

static void cutting(void) {
  SHOW(ftruncate(3, 5));
  SHOW(size_of("file"));
  print_file("file");
  SHOW(ftruncate(3, 8));
  print_file("file");
  SHOW(ftruncate(3, -1));
  SHOW(ftruncate(99, 1));
  SHOW(truncate("file", 3));
  print_file("file");
  SHOW(truncate("none", 3));
  SHOW(truncate("file", -3));
  SHOW(truncate("file/x", 3));
  mkdir("directory", 0755);
  SHOW(truncate("directory", 3));
  SHOW(open("file", O_RDONLY));
  SHOW(ftruncate(4, 1));
  SHOW(open("directory", O_RDONLY));
  SHOW(ftruncate(5, 1));
  SHOW(lseek(3, 100, SEEK_SET));
  SHOW(ftruncate(3, 0));
  SHOW(write(3, "x", 1));
  SHOW(size_of("file"));
}

static void allocating(void) {
  SHOW(ftruncate(3, 0));
  SHOW(posix_fallocate(3, 10, 20));
  SHOW(size_of("file"));
  SHOW(posix_fallocate(3, 0, 5));
  SHOW(size_of("file"));
  SHOW(fallocate(3, FALLOC_FL_KEEP_SIZE, 0, 1000));
  SHOW(size_of("file"));
  SHOW(fallocate(3, 0, -1, 1000));
  SHOW(fallocate(3, 0, 0, 0));
  SHOW(fallocate(4, 0, 0, 10));
  SHOW(fallocate(99, 0, 0, 10));
}

static void keeping(void) {
  SHOW(fsync(3));
  SHOW(fdatasync(3));
  SHOW(fsync(5));
  SHOW(fsync(99));
  SHOW(posix_fadvise(3, 0, 0, POSIX_FADV_SEQUENTIAL));
  SHOW(posix_fadvise(3, 0, 0, 77));
  SHOW(posix_fadvise(99, 0, 0, POSIX_FADV_NORMAL));
  SHOW(close(3));
  SHOW(close(4));
  SHOW(close(5));
}

int main(int count, char **words) {
  begin(count, words);
  seeking();
  cutting();
  allocating();
  keeping();
  return 0;
}
