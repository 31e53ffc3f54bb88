/** What the node serves over HTTP: the reference's surface, people's, administration, problems. */
@NullMarked
package dev.pappus.server.api;

import org.jspecify.annotations.NullMarked;
