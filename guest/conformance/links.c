/* links.c: symbolic links. */
#include "check.h"

static char text[64];

static void show_link(const char *path) {
  ssize_t size = readlink(path, text, sizeof text);
  printf("readlink %s: %s%.*s\n", path, size < 0 ? error_name(errno) : "", (int)(size < 0 ? 0 : size),
         text);
}

static void simple(void) {
  put("file", "content");
  mkdir("directory", 0755);
  put("directory/inside", "inside");
  SHOW(symlink("file", "to_file"));
  SHOW(symlink("directory", "to_directory"));
  SHOW(symlink("none", "dangling"));
  SHOW(symlink("file", "to_file"));
  SHOW(symlink("", "empty"));
  SHOW(symlink("file", "none/x"));
  SHOW(symlinkat("../file", AT_FDCWD, "directory/up"));
  show_link("to_file");
  show_link("directory/up");
  show_link("file");
  show_link("none");
  show_link("directory");
  SHOW(readlink("to_file", text, 2));
  SHOW(readlink("to_file", text, 0));
  SHOW(readlinkat(AT_FDCWD, "dangling", text, 64));
}

static void following(void) {
  struct stat state;
  print_file("to_file");
  print_file("to_directory/inside");
  print_file("to_directory/up");
  print_file("to_directory/../to_file");
  SHOW(stat("to_file", &state));
  SAYS(S_ISREG(state.st_mode));
  SHOW(lstat("to_file", &state));
  SAYS(S_ISLNK(state.st_mode));
  SHOW(state.st_size);
  SHOW(lstat("to_directory/", &state));
  SAYS(S_ISDIR(state.st_mode));
  SHOW(stat("dangling", &state));
  SHOW(lstat("dangling", &state));
  SHOW(open("dangling", O_RDONLY));
  SHOW(open("to_file", O_RDONLY | O_NOFOLLOW));
  SHOW(open("to_file", O_WRONLY | O_CREAT | O_EXCL, 0644));
  SHOW(open("to_file/", O_RDONLY));
  SHOW(open("to_file/x", O_RDONLY));
  SHOW(open("to_directory", O_RDONLY | O_DIRECTORY));
  SHOW(close(3));
  SHOW(open("to_directory", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  SHOW(open("dangling", O_WRONLY | O_CREAT, 0644));
  SHOW(close(3));
  SHOW(access("none", F_OK));
  SHOW(access("to_file", R_OK));
}

static void loops(void) {
  struct stat state;
  SHOW(symlink("loop", "loop"));
  SHOW(stat("loop", &state));
  SHOW(lstat("loop", &state));
  SHOW(open("loop", O_RDONLY));
  SHOW(open("loop/x", O_RDONLY));
  SHOW(symlink("pong", "ping"));
  SHOW(symlink("ping", "pong"));
  SHOW(stat("ping", &state));
  char name[16], target[16];
  symlink("file", "chain0");
  for (int i = 1; i <= 45; i++) {
    sprintf(name, "chain%d", i);
    sprintf(target, "chain%d", i - 1);
    symlink(target, name);
  }
  SHOW(stat("chain30", &state));
  SHOW(stat("chain39", &state));
  SHOW(stat("chain40", &state));
  SHOW(stat("chain45", &state));
}

static void changing(void) {
  struct stat state;
  SHOW(mkdir("to_file", 0755));
  SHOW(rmdir("to_directory"));
  SHOW(rename("to_file", "moved"));
  show_link("moved");
  SHOW(rename("moved", "file"));
  show_link("file");
  SHOW(unlink("file"));
  SHOW(unlink("to_directory"));
  print_file("directory/inside");
  SHOW(truncate("dangling", 0));
  SHOW(lstat("dangling", &state));
  SAYS(S_ISLNK(state.st_mode));
}

int main(int count, char **words) {
  begin(count, words);
  simple();
  following();
  loops();
  changing();
  return 0;
}
