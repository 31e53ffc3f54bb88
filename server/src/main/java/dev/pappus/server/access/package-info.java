/** Who may do what on a node, and how much of it: tokens, scopes, quotas. */
@NullMarked
package dev.pappus.server.access;

import org.jspecify.annotations.NullMarked;
