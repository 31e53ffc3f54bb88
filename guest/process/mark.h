/* mark.h: for C and for assemblers. */
#ifndef PAPPUS_MARK_H
#define PAPPUS_MARK_H

/* The library OS puts this, as a third argument that the kernel ignores, into its calls of arch_prctl:
 * they are many, and the node need not hear of each as of those that functions make. */
#define LIBOS_MARK 0x736F6269

#endif
