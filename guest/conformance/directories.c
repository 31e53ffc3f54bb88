/* directories.c: getdents64 by way of readdir, and the working directory. */
#include "check.h"

#include <dirent.h>


static int by_name(const void *a, const void *b) {
  return strcmp(*(char **)a, *(char **)b);
}

static void list(DIR *directory) {
  char *names[64];
  int count = 0;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL && count < 64;) {
    char line[300];
    sprintf(line, "%s%s", entry->d_name,
            entry->d_type == DT_DIR   ? "/"
            : entry->d_type == DT_LNK ? "@"
            : entry->d_type == DT_REG ? ""
                                      : "?");
    names[count++] = strdup(line);
  }
  qsort(names, (size_t)count, sizeof *names, by_name);
  printf("%d entries:", count);
  for (int i = 0; i < count; i++) {
    printf(" %s", names[i]);
    free(names[i]);
  }
  printf("\n");
}

static void reading(void) {
  mkdir("d", 0755);
  mkdir("d/sub", 0755);
  put("d/b", "");
  put("d/a", "");
  put("d/.hidden", "");
  symlink("a", "d/link");
  DIR *directory = opendir("d");
  list(directory);
  SHOW(readdir(directory) == NULL);
  rewinddir(directory);
  list(directory);
  put("d/c", "");
  rewinddir(directory);
  unlink("d/a");
  list(directory);
  SHOW(closedir(directory));
  SAYS(opendir("d/b") == NULL && errno == ENOTDIR);
  SAYS(opendir("d/none") == NULL && errno == ENOENT);
}

static void while_removing(void) {
  char name[32];
  mkdir("many", 0755);
  for (int i = 0; i < 500; i++) {
    sprintf(name, "many/file%d", i);
    put(name, "");
  }
  DIR *directory = opendir("many");
  int removed = 0;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] != '.' && unlinkat(dirfd(directory), entry->d_name, 0) == 0) {
      removed++;
    }
  }
  SHOW(removed);
  SHOW(closedir(directory));
  SHOW(rmdir("many"));
}

static void raw(void) {
  char buffer[2048];
  SHOW(open("d", O_RDONLY | O_DIRECTORY));
  SAYS(syscall(SYS_getdents64, 3, buffer, sizeof buffer) > 100);
  SHOW(syscall(SYS_getdents64, 3, buffer, sizeof buffer));
  SHOW(lseek(3, 0, SEEK_SET));
  SHOW(syscall(SYS_getdents64, 3, buffer, 8));
  SHOW(syscall(SYS_getdents64, 3, (char *)8, 2000));
  SHOW(syscall(SYS_getdents64, 99, buffer, 2000));
  put("plain", "");
  SHOW(open("plain", O_RDONLY));
  SHOW(syscall(SYS_getdents64, 4, buffer, 2000));
  mkdir("empty", 0755);
  SHOW(open("empty", O_RDONLY));
  SHOW(rmdir("empty"));
  SHOW(syscall(SYS_getdents64, 5, buffer, 2000));
  for (int i = 3; i < 6; i++) {
    close(i);
  }
}

/* As often as any program may look: what a look takes comes back, when it begins anew and at its end. */
static void again_and_again(void) {
  enum { FILES = 3000, LOOKS = 6000 };
  char name[32], buffer[512];
  mkdir("big", 0755);
  for (int i = 0; i < FILES; i++) {
    sprintf(name, "big/a file's name%d", i);
    close(open(name, O_WRONLY | O_CREAT, 0644));
  }
  long errors = 0;
  for (int i = 0; i < LOOKS; i++) {
    int directory = open("big", O_RDONLY | O_DIRECTORY);
    errors += syscall(SYS_getdents64, directory, buffer, sizeof buffer) <= 0;
    errors += lseek(directory, 0, SEEK_SET) != 0;
    errors += syscall(SYS_getdents64, directory, buffer, sizeof buffer) <= 0;
    close(directory);
  }
  /* Small ones, too. */
  for (int i = 0; i < 6 * LOOKS; i++) {
    int directory = open("d", O_RDONLY | O_DIRECTORY);
    errors += syscall(SYS_getdents64, directory, buffer, sizeof buffer) <= 0;
    close(directory);
  }
  SHOW(errors);
}

static void working(void) {
  char path[4096], start[4096];
  SAYS(getcwd(start, sizeof start) == start);
  SHOW(mkdir("w", 0755));
  SHOW(mkdir("w/x", 0755));
  SHOW(chdir("w/x"));
  SAYS(getcwd(path, sizeof path) == path);
  SAYS(strncmp(path, start, strlen(start)) == 0);
  printf("%s\n", path + strlen(start));
  SHOW(mkdir("below", 0755));
  SHOW(access("../x/below", F_OK));
  SHOW(open("..", O_RDONLY));
  SHOW(chdir("none"));
  SHOW(chdir("below/none"));
  SHOW(chdir(""));
  SHOW(fchdir(3));
  SHOW(access("x/below", F_OK));
  SHOW(fchdir(99));
  put("f", "");
  SHOW(chdir("f"));
  SHOW(open("f", O_RDONLY));
  SHOW(fchdir(4));
  SHOW(syscall(SYS_getcwd, path, 2));
  SHOW(syscall(SYS_getcwd, (char *)8, 4096));
  SHOW(chdir("x/below"));
  SHOW(rmdir("../below"));
  SAYS(getcwd(path, sizeof path) == NULL && errno == ENOENT);
  SHOW(open("x", O_WRONLY | O_CREAT, 0644));
  SHOW(chdir(start));
  SHOW(access("w/x", F_OK));
  close(3);
  close(4);
}

int main(int count, char **words) {
  begin(count, words);
  reading();
  while_removing();
  raw();
  again_and_again();
  working();
  return 0;
}
