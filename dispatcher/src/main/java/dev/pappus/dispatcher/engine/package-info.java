/**
 * Where ready work is done: engine threads that run sandboxed instances to completion, virtual
 * threads that run communication functions, and the code that engines need. Queues are bounded;
 * work that is withdrawn leaves them at once.
 */
@NullMarked
package dev.pappus.dispatcher.engine;

import org.jspecify.annotations.NullMarked;
