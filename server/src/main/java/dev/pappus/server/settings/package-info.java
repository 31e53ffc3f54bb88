/**
 * Settings: the table of keys, the places where values may stand (files, environment, options), and
 * which of them wins. Everything here reads; nothing remembers.
 */
@NullMarked
package dev.pappus.server.settings;

import org.jspecify.annotations.NullMarked;
