/* snapshot.h: the point up to which a run does not depend on its inputs. */
#ifndef PAPPUS_LIBOS_SNAPSHOT_H
#define PAPPUS_LIBOS_SNAPSHOT_H

#include "../files/files.h"
#include "libos.h"

/* Makes files of the inputs that there are, and watches for the first use of one if this is a
 * template run. */
void snapshot_begin(void);

/* Called before anything of an input is used, and before a call has changed anything. In a template
 * run it does not return: the run ends here, and each that begins with the template starts the call
 * again. */
void snapshot_touch(void);

/* The same before the entries of a directory are told. */
void snapshot_list(const node *directory);

#endif
