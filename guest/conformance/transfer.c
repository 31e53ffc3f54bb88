/* transfer.c: read, write and their variants; sendfile, copy_file_range. */
#include "check.h"

#include <sys/sendfile.h>
#include <sys/uio.h>


static char text[64];

static void show_text(long size) {
  printf("text: %.*s\n", (int)(size < 0 ? 0 : size), text);
}

static void simple(void) {
  SHOW(open("file", O_RDWR | O_CREAT, 0644));
  SHOW(write(3, "0123456789", 10));
  SHOW(read(3, text, 10));
  SHOW(lseek(3, 2, SEEK_SET));
  SHOW(read(3, text, 3));
  show_text(3);
  SHOW(write(3, "abc", 3));
  SHOW(read(3, text, 60));
  show_text(2);
  SHOW(read(3, text, 60));
  SHOW(write(3, "", 0));
  SHOW(read(3, text, 0));
  print_file("file");
  SHOW(pread(3, text, 4, 1));
  show_text(4);
  SHOW(pread(3, text, 4, 9));
  SHOW(pread(3, text, 4, 10));
  SHOW(pread(3, text, 4, 1000));
  SHOW(pread(3, text, 4, -1));
  SHOW(pwrite(3, "XY", 2, 15));
  SHOW(pwrite(3, "XY", 2, -15));
  SHOW(lseek(3, 0, SEEK_CUR));
  print_file("file");
  SHOW(close(3));
}

static void refused(void) {
  SHOW(read(99, text, 1));
  SHOW(write(99, text, 1));
  SHOW(read(-1, text, 1));
  SHOW(open("file", O_RDONLY));
  SHOW(write(3, text, 1));
  SHOW(pwrite(3, text, 1, 0));
  SHOW(open("file", O_WRONLY));
  SHOW(read(4, text, 1));
  SHOW(pread(4, text, 1, 0));
  SHOW(read(3, (void *)8, 4));
  SHOW(write(4, (void *)8, 4));
  SHOW(pread(3, (void *)8, 4, 0));
  SHOW(pread(3, (void *)8, 4, 1000));
  SHOW(read(3, (void *)8, 0));
  SHOW(close(3));
  SHOW(close(4));
}

static void appending(void) {
  put("log", "one ");
  SHOW(open("log", O_RDWR | O_APPEND));
  SHOW(write(3, "two ", 4));
  SHOW(lseek(3, 0, SEEK_SET));
  SHOW(write(3, "three", 5));
  SHOW(lseek(3, 0, SEEK_CUR));
  SHOW(lseek(3, 1, SEEK_SET));
  SHOW(write(3, "", 0));
  SHOW(lseek(3, 0, SEEK_CUR));
  SHOW(pwrite(3, "!", 1, 0));
  print_file("log");
  SHOW(fcntl(3, F_SETFL, 0));
  SHOW(pwrite(3, "O", 1, 0));
  print_file("log");
  SHOW(close(3));
}

static void sparse(void) {
  SHOW(open("sparse", O_RDWR | O_CREAT, 0644));
  SHOW(lseek(3, 100000, SEEK_SET));
  SHOW(read(3, text, 4));
  SHOW(write(3, "end", 3));
  SHOW(lseek(3, 0, SEEK_END));
  char *all = malloc(200000);
  SHOW(pread(3, all, 200000, 0));
  long sum = 0;
  for (int i = 0; i < 100000; i++) {
    sum += all[i];
  }
  SHOW(sum);
  free(all);
  SHOW(close(3));
}

static void vectors(void) {
  char a[3], b[5], c[8];
  struct iovec parts[] = {{a, 3}, {NULL, 0}, {b, 5}, {c, 8}};
  put("vector", "abcdefghijklm");
  SHOW(open("vector", O_RDWR));
  SHOW(readv(3, parts, 4));
  printf("%.3s %.5s %.5s\n", a, b, c);
  SHOW(readv(3, parts, 4));
  SHOW(preadv(3, parts, 3, 4));
  printf("%.3s %.5s\n", a, b);
  SHOW(writev(3, parts, 3));
  SHOW(pwritev(3, parts, 1, 0));
  print_file("vector");
  SHOW(readv(3, parts, 0));
  SHOW(readv(3, parts, -1));
  SHOW(readv(3, parts, 2000));
  SHOW(readv(3, (void *)8, 1));
  struct iovec wild = {(void *)8, 4};
  SHOW(writev(3, &wild, 1));
  struct iovec huge = {a, (size_t)-1};
  SHOW(readv(3, &huge, 1));
  SHOW(syscall(SYS_preadv2, 3, parts, 1, 2l, 0l, 0));
  SHOW(syscall(SYS_pwritev2, 3, parts, 1, -1l, -1l, 0));
  SHOW(close(3));
}

static void from_file_to_file(void) {
  off_t offset = 2;
  put("source", "source text");
  SHOW(open("source", O_RDWR));
  SHOW(open("target", O_RDWR | O_CREAT, 0644));
  SHOW(sendfile(4, 3, NULL, 6));
  SHOW(sendfile(4, 3, &offset, 100));
  SHOW(offset);
  SHOW(lseek(3, 0, SEEK_CUR));
  SHOW(sendfile(4, 3, &offset, 100));
  print_file("target");
  SHOW(sendfile(99, 3, NULL, 6));
  SHOW(sendfile(4, 99, NULL, 6));
  SHOW(lseek(3, 0, SEEK_SET));
  SHOW(copy_file_range(3, NULL, 4, NULL, 4, 0));
  off_t from = 7, to = 1;
  SHOW(copy_file_range(3, &from, 4, &to, 100, 0));
  SHOW(from);
  SHOW(to);
  print_file("target");
  SHOW(copy_file_range(3, NULL, 4, NULL, 4, 1));
  SHOW(close(3));
  SHOW(close(4));
}

static void devices(void) {
  SHOW(open("/dev/null", O_RDWR));
  SHOW(read(3, text, 8));
  SHOW(write(3, text, 8));
  SHOW(open("/dev/zero", O_RDWR));
  memset(text, 'x', sizeof text);
  SHOW(read(4, text, 8));
  SHOW(text[0] + text[7]);
  SHOW(text[8]);
  SHOW(write(4, text, 8));
  SHOW(open("/dev/full", O_RDWR));
  SHOW(write(5, text, 8));
  SHOW(read(5, text, 8));
  SHOW(open("/dev/urandom", O_RDONLY));
  SHOW(read(6, text, 64));
  for (int i = 3; i < 7; i++) {
    close(i);
  }
}

int main(int count, char **words) {
  begin(count, words);
  simple();
  refused();
  appending();
  sparse();
  vectors();
  from_file_to_file();
  devices();
  return 0;
}
