/* wordcount.c: a WebAssembly function in plain C: a WASI command that knows nothing of Pappus.
 *
 *     clang --target=wasm32-wasi -O2 wordcount.c -o wordcount.wasm
 *
 * in:  text    any items, files under /in/text
 * out: counts  for each a file of its name under /out/counts: lines, words and bytes, as wc prints them
 *      stdio   what it prints: a total */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct count {
  unsigned long lines, words, bytes;
};

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static struct count count(FILE *text) {
  struct count sum = {0};
  int in_word = 0;
  for (int c; (c = getc(text)) != EOF;) {
    sum.bytes++;
    sum.lines += c == '\n';
    sum.words += !isspace(c) && !in_word;
    in_word = !isspace(c);
  }
  return sum;
}

int main(void) {
  DIR *folder = opendir("/in/text");
  if (folder == NULL) {
    fail("/in/text");
  }
  struct count total = {0};
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] == '.') {
      continue;
    }
    char path[300];
    snprintf(path, sizeof path, "/in/text/%s", entry->d_name);
    FILE *in = fopen(path, "r");
    if (in == NULL) {
      fail(path);
    }
    struct count each = count(in);
    fclose(in);
    snprintf(path, sizeof path, "/out/counts/%s", entry->d_name);
    FILE *out = fopen(path, "w");
    if (out == NULL || fprintf(out, "%lu %lu %lu\n", each.lines, each.words, each.bytes) < 0 || fclose(out) != 0) {
      fail(path);
    }
    total.lines += each.lines, total.words += each.words, total.bytes += each.bytes;
  }
  printf("%lu %lu %lu\n", total.lines, total.words, total.bytes);
  return 0;
}
