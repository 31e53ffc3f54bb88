package dev.pappus.bench.trace;

import java.nio.file.Path;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a replay.
 *
 * @param folder where the trace lies
 * @param sample part of the names of its files, or null
 * @param fromMinute the first minute, from 1
 * @param toMinute the last one
 * @param rate factor on the rate; empty chooses one that this host can bear
 * @param memory factor on the memory; empty chooses one that this host can bear
 * @param rest the other factors; its rate and memory do not count
 */
public record TraceOptions(
    Path folder,
    @Nullable String sample,
    int fromMinute,
    int toMinute,
    OptionalDouble rate,
    OptionalDouble memory,
    TraceScale rest) {}
