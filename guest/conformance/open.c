/* open.c: open, openat, creat and their flags. */
#include "check.h"

static void show_flags(int file) {
  int flags = fcntl(file, F_GETFL);
  printf("flags:%s%s%s%s%s\n", (flags & O_ACCMODE) == O_RDONLY ? " read" : "",
         (flags & O_ACCMODE) == O_WRONLY ? " write" : "", (flags & O_ACCMODE) == O_RDWR ? " both" : "",
         flags & O_APPEND ? " append" : "", flags & O_NONBLOCK ? " nonblock" : "");
}

static void show_mode(const char *path) {
  struct stat state;
  if (stat(path, &state) == 0) {
    printf("mode of %s: %o\n", path, state.st_mode & 07777);
  }
}

static void existing(void) {
  put("file", "content");
  mkdir("directory", 0755);
  SHOW(open("file", O_RDONLY));
  show_flags(3);
  SHOW(open("file", O_WRONLY | O_APPEND));
  show_flags(4);
  SHOW(open("file", O_RDWR | O_NONBLOCK));
  show_flags(5);
  SHOW(close(4));
  SHOW(open("file", O_RDONLY));
  SHOW(close(3));
  SHOW(close(4));
  SHOW(close(5));
  SHOW(close(5));
  SHOW(open("none", O_RDONLY));
  SHOW(open("", O_RDONLY));
  SHOW(open("file/below", O_RDONLY));
  SHOW(open("file/", O_RDONLY));
  SHOW(open("none/", O_RDONLY));
  SHOW(open("none/below", O_RDONLY | O_CREAT, 0644));
  SHOW(open("directory", O_WRONLY));
  SHOW(open("directory", O_RDWR));
  SHOW(open("directory", O_RDONLY | O_CREAT, 0644));
  SHOW(open("directory", O_RDONLY));
  SHOW(open("directory/", O_RDONLY | O_DIRECTORY));
  SHOW(open("file", O_RDONLY | O_DIRECTORY));
  char text[8];
  SHOW(read(3, text, 8));
  SHOW(write(3, text, 8));
  SHOW(close(3));
  SHOW(close(4));
}

static void making(void) {
  SHOW(open("new", O_RDWR | O_CREAT, 0666));
  show_mode("new");
  SHOW(open("new", O_RDWR | O_CREAT | O_EXCL, 0666));
  SHOW(open("directory", O_RDWR | O_CREAT | O_EXCL, 0666));
  SHOW(open("new2", O_RDWR | O_CREAT | O_EXCL, 0777));
  show_mode("new2");
  SHOW(open("new3/", O_RDWR | O_CREAT, 0777));
  SHOW(creat("new4", 0600));
  show_mode("new4");
  char text[8];
  SHOW(read(5, text, 8));
  SHOW(write(5, "12345678", 8));
  SHOW(open("new4", O_WRONLY | O_TRUNC));
  print_file("new4");
  SHOW(umask(077));
  SHOW(open("new5", O_WRONLY | O_CREAT, 0777));
  show_mode("new5");
  SHOW(umask(022));
  for (int i = 3; i < 8; i++) {
    close(i);
  }
}

static void by_directory(void) {
  put("directory/inside", "x");
  SHOW(open("directory", O_RDONLY | O_DIRECTORY));
  SHOW(openat(3, "inside", O_RDONLY));
  SHOW(openat(3, "../file", O_RDONLY));
  SHOW(openat(4, "inside", O_RDONLY));
  SHOW(openat(99, "inside", O_RDONLY));
  SHOW(openat(3, "", O_RDONLY));
  SHOW(openat(3, ".", O_RDONLY));
  SHOW(openat(AT_FDCWD, "./directory/../directory/./inside", O_RDONLY));
  SHOW(openat(AT_FDCWD, "directory//inside", O_RDONLY));
  SHOW(openat(3, "made", O_WRONLY | O_CREAT, 0644));
  SHOW(access("directory/made", F_OK));
  for (int i = 3; i < 10; i++) {
    close(i);
  }
}

static void names(void) {
  char name[400], path[5000];
  memset(name, 'n', sizeof name);
  name[255] = '\0';
  SAYS(open(name, O_WRONLY | O_CREAT, 0644) == 3);
  SAYS(unlink(name) == 0);
  name[255] = 'n';
  name[256] = '\0';
  SAYS(open(name, O_WRONLY | O_CREAT, 0644) == -1 && errno == ENAMETOOLONG);
  memset(path, '/', sizeof path);
  strcpy(path + 4090, "file");
  SAYS(open(path, O_RDONLY) == -1 && errno == ENOENT);
  strcpy(path + 4096, "file");
  SAYS(open(path, O_RDONLY) == -1 && errno == ENAMETOOLONG);
  SHOW(open((char *)8, O_RDONLY));
  SHOW(close(3));
}

static void on_paths(void) {
  char text[8];
  SHOW(open("file", O_PATH));
  SHOW(read(3, text, 8));
  SHOW(lseek(3, 0, SEEK_SET));
  struct stat state;
  SHOW(fstat(3, &state));
  SHOW(state.st_size);
  SHOW(close(3));
  SHOW(open(".", O_TMPFILE | O_RDWR, 0600));
  SHOW(write(3, "unseen", 6));
  SHOW(pread(3, text, 8, 0));
  SHOW(fstat(3, &state));
  SHOW(state.st_nlink);
  SHOW(close(3));
}

int main(int count, char **words) {
  begin(count, words);
  existing();
  making();
  by_directory();
  names();
  on_paths();
  return 0;
}
