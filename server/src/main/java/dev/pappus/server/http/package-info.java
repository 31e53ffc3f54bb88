/**
 * Carries HTTP/1.1 and HTTP/2 (cleartext, prior knowledge) over Netty: connections, bodies with
 * their limits, slow and vanishing clients, responses in order. It knows nothing of what is served.
 *
 * <p>One {@link dev.pappus.server.http.RequestHandler} sits at the end of every HTTP/1.1 connection
 * and of every HTTP/2 stream; its state has one writer, the channel's event loop. Event loops never
 * block: an {@link dev.pappus.server.http.Endpoint} says where its handler runs.
 */
@NullMarked
package dev.pappus.server.http;

import org.jspecify.annotations.NullMarked;
