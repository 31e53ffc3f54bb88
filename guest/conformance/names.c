/* names.c: mkdir, rmdir, unlink, rename and what they refuse. */
#include "check.h"

static void show_links(const char *path) {
  struct stat state;
  if (stat(path, &state) != 0) {
    printf("%s: %s\n", path, error_name(errno));
  } else {
    printf("%s: %s, links %ld, mode %o\n", path, S_ISDIR(state.st_mode) ? "directory" : "file",
           (long)state.st_nlink, state.st_mode & 07777);
  }
}

static void making(void) {
  SHOW(mkdir("a", 0777));
  SHOW(mkdir("a", 0777));
  SHOW(mkdir("a/b/", 0700));
  SHOW(mkdir("none/b", 0700));
  SHOW(mkdir("", 0700));
  SHOW(mkdir(".", 0700));
  SHOW(mkdir("/", 0700));
  put("file", "x");
  SHOW(mkdir("file", 0700));
  SHOW(mkdir("file/b", 0700));
  SHOW(mkdirat(AT_FDCWD, "a/c", 0755));
  SHOW(mkdirat(99, "a/d", 0755));
  show_links("a");
  show_links("a/b");
  show_links("file");
}

static void removing(void) {
  SHOW(rmdir("a"));
  SHOW(rmdir("file"));
  SHOW(rmdir("none"));
  SHOW(rmdir("a/b/."));
  SHOW(rmdir("a/b/.."));
  SHOW(rmdir("a/c/"));
  SHOW(rmdir("a/b"));
  show_links("a");
  SHOW(unlink("a"));
  SHOW(unlink("file/"));
  SHOW(unlink("none"));
  SHOW(unlink("file/x"));
  SHOW(unlinkat(AT_FDCWD, "a", 0));
  SHOW(unlinkat(AT_FDCWD, "a", AT_REMOVEDIR));
  SHOW(unlinkat(AT_FDCWD, "file", AT_REMOVEDIR));
  SHOW(unlinkat(AT_FDCWD, "file", 77));
  SHOW(unlink("file"));
  SHOW(unlink("file"));
}

static void open_files(void) {
  char text[16];
  struct stat state;
  put("open", "still there");
  SHOW(open("open", O_RDWR));
  SHOW(unlink("open"));
  SHOW(access("open", F_OK));
  SHOW(read(3, text, 16));
  SHOW(fstat(3, &state));
  SHOW(state.st_nlink);
  SHOW(state.st_size);
  SHOW(write(3, ", more", 6));
  put("open", "another");
  SHOW(pread(3, text, 5, 0));
  printf("%.5s\n", text);
  SHOW(close(3));
  print_file("open");
  SHOW(mkdir("gone", 0755));
  SHOW(open("gone", O_RDONLY));
  SHOW(rmdir("gone"));
  SHOW(openat(3, "x", O_WRONLY | O_CREAT, 0644));
  SHOW(openat(3, ".", O_RDONLY));
  SHOW(fstat(3, &state));
  SHOW(state.st_nlink);
  for (int i = 3; i < 6; i++) {
    close(i);
  }
}

static void renaming_files(void) {
  put("one", "1");
  put("two", "2");
  SHOW(rename("one", "three"));
  SHOW(access("one", F_OK));
  print_file("three");
  SHOW(rename("three", "two"));
  print_file("two");
  SHOW(rename("none", "two"));
  SHOW(rename("two", "two"));
  SHOW(rename("two", "none/x"));
  SHOW(rename("two", "two/x"));
  SHOW(rename("two", "x/"));
  SHOW(rename("two", ""));
  SHOW(rename("", "x"));
  SHOW(renameat(AT_FDCWD, "two", 99, "x"));
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "two", AT_FDCWD, "open", 1 /* RENAME_NOREPLACE */));
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "two", AT_FDCWD, "four", 1 /* RENAME_NOREPLACE */));
  print_file("four");
}

static void renaming_directories(void) {
  mkdir("d", 0755);
  mkdir("d/e", 0755);
  put("d/e/f", "deep");
  mkdir("empty", 0755);
  SHOW(rename("d", "empty"));
  print_file("empty/e/f");
  SHOW(rename("empty", "empty/e/x"));
  SHOW(rename("empty/e", "empty"));
  mkdir("d", 0755);
  SHOW(rename("d", "empty"));
  SHOW(rename("d", "four"));
  SHOW(rename("four", "d"));
  SHOW(rename("d", "."));
  SHOW(rename(".", "y"));
  SHOW(rename("d/..", "y"));
  SHOW(rename("d", "g/"));
  show_links("g");
  SHOW(rename("empty/e", "e"));
  show_links("empty");
  show_links("e");
  put("held", "held content");
  SHOW(open("held", O_RDONLY));
  SHOW(rename("four", "held"));
  char text[16];
  SHOW(read(3, text, 16));
  printf("%.4s\n", text);
  print_file("held");
  SHOW(close(3));
}

int main(int count, char **words) {
  begin(count, words);
  making();
  removing();
  open_files();
  renaming_files();
  renaming_directories();
  return 0;
}
