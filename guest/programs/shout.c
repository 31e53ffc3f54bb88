/* shout.c: prints its standard input in capitals. What `pappus bench programs` calls hello. */
#include <ctype.h>
#include <stdio.h>

int main(void) {
  int c;
  while ((c = getchar()) != EOF) {
    putchar(toupper(c));
  }
  return ferror(stdin) || fflush(stdout) != 0;
}
