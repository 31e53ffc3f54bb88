// An ordinary program: counts lines, words and bytes of its standard input, like wc.
//
//   gcc -O2 -static wordcount.c -o wordcount       or: musl-gcc -static …
//   pappus run ./wordcount < book.txt
//   pappus deploy ./wordcount -- -l
#include <ctype.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  unsigned long lines = 0, words = 0, bytes = 0;
  int in_word = 0;
  for (int c; (c = getchar()) != EOF; bytes++) {
    lines += c == '\n';
    if (isspace(c)) {
      in_word = 0;
    } else if (!in_word) {
      in_word = 1;
      words++;
    }
  }
  if (argc == 1) {
    printf("%lu %lu %lu\n", lines, words, bytes);
    return 0;
  }
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "-l") == 0) {
      printf("%lu\n", lines);
    } else if (strcmp(argv[i], "-w") == 0) {
      printf("%lu\n", words);
    } else if (strcmp(argv[i], "-c") == 0) {
      printf("%lu\n", bytes);
    } else {
      fprintf(stderr, "%s: what is %s? I know -l, -w and -c\n", argv[0], argv[i]);
      return 2;
    }
  }
  return 0;
}
