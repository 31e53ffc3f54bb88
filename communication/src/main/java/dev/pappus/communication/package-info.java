/** Trusted I/O functions of the platform and the policy that says where they may reach. */
@NullMarked
package dev.pappus.communication;

import org.jspecify.annotations.NullMarked;
