/* library.c: what programs do by way of their C library: streams, memory, text, time, sorting. */
#include "check.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <wchar.h>


static void streams(void) {
  char line[100];
  FILE *file = fopen("text", "w+");
  SHOW(fprintf(file, "%d %s %5.2f %x\n", 42, "words", 3.14159, 255));
  SHOW(fputs("second line\nthird", file));
  SHOW(ftell(file));
  rewind(file);
  while (fgets(line, sizeof line, file) != NULL) {
    printf("line: %s%s", line, strchr(line, '\n') ? "" : "\n");
  }
  SHOW(feof(file) != 0);
  SHOW(fseek(file, 3, SEEK_SET));
  SHOW(fgetc(file));
  SHOW(ungetc('Z', file));
  SHOW(fgetc(file));
  int number;
  rewind(file);
  SHOW(fscanf(file, "%d %99s", &number, line));
  printf("%d %s\n", number, line);
  SHOW(fclose(file));
  file = fopen("text", "a");
  SHOW(fwrite("!", 1, 1, file));
  SHOW(fclose(file));
  SHOW(fopen("none", "r") == NULL);
  SHOW(rename("text", "other"));
  SHOW(remove("other"));
  file = tmpfile();
  SHOW(file != NULL);
  static char large[100000];
  memset(large, 'y', sizeof large);
  SHOW(fwrite(large, 1, sizeof large, file));
  rewind(file);
  SHOW(fread(large, 1, sizeof large, file));
  SHOW(fclose(file));
  char name[] = "made-XXXXXX";
  SHOW(mkstemp(name) >= 3);
  SHOW(access(name, F_OK));
  SHOW(mkdtemp(strcpy(line, "folder-XXXXXX")) == line);
  SHOW(rmdir(line));
}

static int by_value(const void *a, const void *b) {
  return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b;
}

static void heap(void) {
  enum { PIECES = 500 };
  static unsigned char *pieces[PIECES];
  static size_t sizes[PIECES];
  uint32_t state = 99;
  long errors = 0;
  for (int round = 0; round < 20000; round++) {
    state = state * 1664525 + 1013904223;
    unsigned i = (state >> 16) % PIECES;
    for (size_t at = 0; at < sizes[i]; at += 97) {
      errors += pieces[i][at] != (unsigned char)i;
    }
    size_t size = state >> 24 < 4 ? state >> 12 & 0x3FFFF : state >> 20 & 0x1FF;
    pieces[i] = realloc(pieces[i], size + 1);
    sizes[i] = size;
    memset(pieces[i], (int)i, size);
  }
  SHOW(errors);
  static int values[10000];
  for (int i = 0; i < 10000; i++) {
    state = state * 1664525 + 1013904223;
    values[i] = (int)(state >> 8);
  }
  qsort(values, 10000, sizeof *values, by_value);
  for (int i = 1; i < 10000; i++) {
    errors += values[i - 1] > values[i];
  }
  SHOW(errors);
  void *aligned;
  SHOW(posix_memalign(&aligned, 4096, 100000));
  SHOW((uintptr_t)aligned % 4096);
}

static void texts(void) {
  char line[200];
  SHOW(strtol("-123xyz", NULL, 10));
  SHOW(strtoul("ff", NULL, 16));
  printf("%.10g %.10g\n", strtod("1e-3", NULL), atof("2.5") * sqrt(2));
  printf("%s\n", setlocale(LC_ALL, "C"));
  SHOW(toupper('a') + isdigit('5'));
  SHOW(snprintf(line, sizeof line, "%-10s|%+d|%08.3f|%#o|%c|%%|%5s|%.2s", "left", 5, 2.5, 8, 'c', "ab",
                "cdef"));
  printf("%s\n", line);
  wchar_t wide[10];
  SHOW(mbstowcs(wide, "plain", 10));
  SHOW(setenv("OWN", "value", 1));
  printf("%s\n", getenv("OWN"));
  SHOW(unsetenv("OWN"));
  SHOW(getenv("OWN") == NULL);
  time_t moment = 86400 * 365;
  struct tm parts;
  gmtime_r(&moment, &parts);
  SHOW(strftime(line, sizeof line, "%Y-%m-%d %H:%M:%S", &parts));
  printf("%s\n", line);
  SHOW(mktime(&parts) != -1);
}

static jmp_buf back;

static void deep(int depth) {
  volatile char room[1000];
  room[0] = (char)depth;
  if (depth == 0) {
    longjmp(back, room[0] + 7);
  }
  deep(depth - 1);
  room[999] = 1;
}

static void stack(void) {
  int from = setjmp(back);
  if (from == 0) {
    deep(1000);
  }
  SHOW(from);
  volatile char large[400000];
  large[0] = 1;
  large[sizeof large - 1] = 2;
  SHOW(large[0] + large[sizeof large - 1]);
}

static _Thread_local int local = 5;

static void at_end(void) {
  printf("at the end %d\n", local);
}

int main(int count, char **words) {
  begin(count, words);
  streams();
  heap();
  texts();
  stack();
  local = 6;
  SHOW(atexit(at_end));
  SHOW(fprintf(stderr, "to standard error\n"));
  return 0;
}
